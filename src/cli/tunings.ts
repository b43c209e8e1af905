import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError } from '../core/errors.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { possibleTilings } from '../kernels/tilings.ts';
import { tune, type TuningStore } from '../kernels/tuning.ts';

const usualFile = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'actguide', 'tunings.json');

/** Tunings of this machine's adapters in a file of the user's cache; one that cannot be read or written is done without. */
export function tuningFile(path = usualFile()): TuningStore {
  const read = (): Record<string, unknown> => {
    try {
      return (JSON.parse(readFileSync(path, 'utf8')) ?? {}) as Record<string, unknown>;
    } catch {
      return {};
    }
  };
  return {
    get: async (key) => read()[key],
    async set(key, tuning) {
      try {
        mkdirSync(dirname(path), { recursive: true });
        const text = JSON.stringify({ ...read(), [key]: tuning }, null, 1);
        writeFileSync(`${path}.${process.pid}`, text);
        renameSync(`${path}.${process.pid}`, path);
      } catch {
        // Measured again next time.
      }
    },
  };
}

/**
 * Puts in place how products are cut and rollouts sampled: by `ACTGUIDE_TILING` and `ACTGUIDE_ROLLOUTS` where they are set,
 * else as {@link tune} finds.
 * @throws InputError for a name that is none, or none of this adapter.
 */
export async function chooseKernels(gpu: Gpu, store = tuningFile()): Promise<void> {
  const where = ` on ${gpu.adapter.description}`;
  const tiling = named('ACTGUIDE_TILING', possibleTilings(gpu.adapter), where);
  const rollouts = named('ACTGUIDE_ROLLOUTS', ['tree', 'fused'] as const);
  if (tiling) gpu.recorder.tilings = { product: tiling, tn: tiling };
  else await tune(gpu, store);
  if (rollouts) gpu.fusedRollouts = rollouts === 'fused';
}

/** What an environment variable names of `known`; undefined where it is not set. */
function named<T extends string>(variable: string, known: readonly T[], where = ''): T | undefined {
  const value = process.env[variable];
  const found = known.find((name) => name === value);
  if (value && !found)
    throw new InputError(
      `${variable}: expected ${known.join(', ')}${where}, got '${value}'. Choose one of these.`,
    );
  return found;
}
