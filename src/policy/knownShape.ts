import { InputError } from '../core/errors.ts';
import { policySizes, type PolicyConfig } from './types.ts';

/**
 * Head widths the attention kernels take, and for a policy named like one of the lab's sizes that size's shape.
 * @throws InputError saying what differs.
 */
export function requireKnownShape(config: PolicyConfig): void {
  const headWidth = config.width / config.heads;
  if (headWidth % 4 !== 0 || headWidth > 64)
    throw new InputError(
      `expected heads whose width is a multiple of 4 up to 64, got width ${config.width} in ${config.heads} ` +
        `heads of ${headWidth}. Choose a policy with another number of heads.`,
    );
  const sizes: Record<string, PolicyConfig> = policySizes;
  if (!Object.hasOwn(sizes, config.name)) return;
  const size = sizes[config.name];
  const differs = (Object.keys(size) as (keyof PolicyConfig)[]).find((key) => config[key] !== size[key]);
  if (differs)
    throw new InputError(
      `expected ${differs} ${size[differs]}, as ${config.name} has, got ${config[differs]}. ` +
        'A policy of another shape needs another name: choose one that this version of the lab exported.',
    );
}
