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
 * Puts in place how products are cut, by `ACTGUIDE_TILING` or as {@link tune} finds, and how rollouts are sampled: token by
 * token unless `ACTGUIDE_ROLLOUTS` is `fused`.
 * @throws InputError for a name that is none, or none of this adapter.
 */
export async function chooseKernels(gpu: Gpu, store = tuningFile()): Promise<void> {
  const sampling = process.env.ACTGUIDE_ROLLOUTS || 'tree';
  if (sampling !== 'tree' && sampling !== 'fused')
    throw new InputError(
      `ACTGUIDE_ROLLOUTS: expected tree or fused, got '${sampling}'. Choose one of these.`,
    );
  gpu.fusedRollouts = sampling === 'fused';
  const wanted = process.env.ACTGUIDE_TILING;
  if (!wanted) return void (await tune(gpu, store));
  const possible = possibleTilings(gpu.adapter);
  const tiling = possible.find((name) => name === wanted);
  if (!tiling)
    throw new InputError(
      `ACTGUIDE_TILING: expected ${possible.join(', ')} on ${gpu.adapter.description}, got '${wanted}'. Choose one of these.`,
    );
  gpu.recorder.tilings = { product: tiling, tn: tiling };
}
