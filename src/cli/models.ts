import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defaultRun } from '../actguide/config.ts';
import { InputError } from '../core/errors.ts';
import { importOnnx, type ImportedPolicy } from '../policy/onnx/importOnnx.ts';
import { requireKnownShape } from '../policy/knownShape.ts';
import { policySizes } from '../policy/types.ts';

/**
 * The policy in an ONNX file.
 * @throws InputError when the file is missing, is no intact policy of the lab, or has a shape that the lab cannot run.
 */
export function readModel(path: string): ImportedPolicy {
  if (!existsSync(path) || !statSync(path).isFile())
    throw new InputError(
      `--model: expected an ONNX file, got ${path}, which does not exist. Check the path.`,
    );
  try {
    const policy = importOnnx(readFileSync(path));
    requireKnownShape(policy.config);
    return policy;
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`--model ${path}: ${error.message}`);
    throw error;
  }
}

/**
 * The policy a command starts from: the file of `--model`, or the shipped one of size `--policy`.
 * @throws InputError when both are given and differ in size, and as {@link readModel} and {@link shippedModel} do.
 */
export function baseModel(
  root: string,
  { model, policy }: { model?: string; policy?: string },
): ImportedPolicy {
  if (model === undefined) return shippedModel(root, policy ?? defaultRun.policy);
  const imported = readModel(model);
  if (policy !== undefined && policy !== imported.config.name)
    throw new InputError(
      `--policy: expected ${imported.config.name}, the size of ${model}, got '${policy}'. Leave --policy out.`,
    );
  return imported;
}

/**
 * The base policy of a size that ships with the lab.
 * @throws InputError when the name is unknown, or none of that size ships.
 */
export function shippedModel(root: string, size: string): ImportedPolicy {
  const sizes = Object.keys(policySizes);
  if (!sizes.includes(size))
    throw new InputError(
      `--policy: expected one of ${sizes.join(', ')}, got '${size}'. Choose one of these.`,
    );
  const path = join(root, 'public/models', `${size}.onnx`);
  if (!existsSync(path))
    throw new InputError(
      `--policy: expected a shipped policy, got '${size}', which is none. ` +
        `Train one with \`npx actguide pretrain --policy ${size} --out DIR\` and pass it with --model.`,
    );
  return readModel(path);
}
