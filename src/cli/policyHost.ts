import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { InputError } from '../core/errors.ts';
import type { PolicyHost, Weights } from '../experiments/index.ts';
import { exportOnnx } from '../policy/onnx/exportOnnx.ts';
import { importOnnx } from '../policy/onnx/importOnnx.ts';
import type { TrainablePolicy } from '../policy/types.ts';
import { readModel } from './models.ts';

/** Name of a base policy in keys and records: a shipped size, or the file's name. */
export const baseName = (policy: string, model: string | undefined): string =>
  model === undefined ? policy : basename(model);

/**
 * Base policies from files: the one of `--model` by its file name, the shipped ones by their size.
 * `create` puts weights where they can be trained.
 */
export function fileHost(
  root: string,
  model: string | undefined,
  create: (weights: Weights) => Promise<TrainablePolicy>,
): PolicyHost {
  const known = new Map<string, { sha256: string; weights: Weights }>();
  const read = (name: string) => {
    const path =
      model !== undefined && name === basename(model)
        ? resolve(model)
        : join(root, 'public/models', `${name}.onnx`);
    const weights = readModel(path);
    return { weights, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') };
  };
  return {
    base: (name) => {
      if (name.includes('/') || name.includes('\\'))
        throw new InputError(`base policy: expected the name of a shipped policy, got ${name}. Correct it.`);
      const found = known.get(name) ?? read(name);
      known.set(name, found);
      return found;
    },
    create,
    encode: ({ config, parameters }) => exportOnnx(config, parameters),
    decode: (bytes) => importOnnx(bytes),
  };
}
