import type { RunConfig } from '../actguide/config.ts';
import { InputError } from '../core/errors.ts';

/** Manners in the thoughts that a policy was pretrained on, by the metadata of its file; 0 where it does not say. */
export function mannersOf({ pretraining }: Readonly<Record<string, string>>): number {
  try {
    const settings = JSON.parse(pretraining ?? '{}') as { mixture?: { manners?: unknown } } | null;
    const manners = settings?.mixture?.manners;
    return typeof manners === 'number' ? manners : 0;
  } catch {
    return 0;
  }
}

/**
 * A step of the world must have as many tokens as the policy learned to write: else every step of it is malformed.
 * known: manners in the thoughts that the policy was pretrained on.
 * @throws InputError when they differ.
 */
export function requireManners({ world }: Pick<RunConfig, 'world'>, known: number): void {
  const asked = world?.manners ?? 0;
  if (asked !== known)
    throw new InputError(
      `world.manners: expected ${known}, as the policy was pretrained with, got ${asked}. Every step would be ` +
        `malformed: set it to ${known}, or open a policy that was pretrained with ${asked}.`,
    );
}
