import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError } from '../core/errors.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { possibleTilings } from '../kernels/tilings.ts';
import { tune, type TuningStore } from '../kernels/tuning.ts';
import { makeFolder, writeWhole } from './runFolder.ts';

/** @throws where the system knows no home folder. */
const usualFile = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'actguide', 'tunings.json');

/** Tunings of this machine's adapters in a file of the user's cache; one that cannot be read or written is done without. */
export function tuningFile(path?: string): TuningStore {
  const read = (): Record<string, unknown> => {
    try {
      return (JSON.parse(readFileSync(path ?? usualFile(), 'utf8')) ?? {}) as Record<string, unknown>;
    } catch {
      return {};
    }
  };
  return {
    get: async (key) => read()[key],
    async set(key, tuning) {
      try {
        const file = path ?? usualFile();
        makeFolder(dirname(file));
        writeWhole(file, JSON.stringify({ ...read(), [key]: tuning }, null, 1));
      } catch {
        // Measured again next time.
      }
    },
  };
}

/**
 * Puts in place how products are cut and rollouts sampled: by `ACTGUIDE_TILING` (that of weight gradients behind a comma, if
 * it is another) and `ACTGUIDE_ROLLOUTS` where they are set, else as {@link tune} finds.
 * @throws InputError for a name that is none, or none of this adapter.
 */
export async function chooseKernels(gpu: Gpu, store = tuningFile()): Promise<void> {
  const where = ` on ${gpu.adapter.description}`;
  const [product, tn = product] = (process.env.ACTGUIDE_TILING || undefined)?.split(',') ?? [];
  const possible = possibleTilings(gpu.adapter);
  const tiling = {
    product: oneOf('ACTGUIDE_TILING', product, possible, where),
    tn: oneOf('ACTGUIDE_TILING', tn, possible, where),
  };
  const rollouts = oneOf('ACTGUIDE_ROLLOUTS', process.env.ACTGUIDE_ROLLOUTS || undefined, [
    'tree',
    'fused',
  ] as const);
  if (tiling.product && tiling.tn) gpu.recorder.tilings = { product: tiling.product, tn: tiling.tn };
  else await tune(gpu, store);
  if (rollouts) gpu.fusedRollouts = rollouts === 'fused';
}

/** The one of `known` that an environment variable names; undefined where it names none. @throws InputError for another. */
function oneOf<T extends string>(
  variable: string,
  value: string | undefined,
  known: readonly T[],
  where = '',
): T | undefined {
  const found = known.find((name) => name === value);
  if (value !== undefined && !found)
    throw new InputError(
      `${variable}: expected ${known.join(', ')}${where}, got '${value}'. Choose one of these.`,
    );
  return found;
}
