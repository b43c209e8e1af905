import { hash3 } from '../core/random.ts';

/**
 * Seeds for task sets of one run. Training seeds have the top bit clear and evaluation seeds have it set,
 * so that no task set is ever used for both, whatever the run's seed and however many sets it draws.
 */
export function trainingSeed(runSeed: number, step: number): number {
  return hash3(runSeed, step, 1) >>> 1;
}

/** See {@link trainingSeed}; `index` tells several evaluation sets of a run apart. */
export function evaluationSeed(runSeed: number, index = 0): number {
  return ((hash3(runSeed, index, 2) >>> 1) | 0x80000000) >>> 0;
}

/** Tasks on which an expert demonstrates: apart from those of training and of evaluation. See {@link trainingSeed}. */
export function demonstrationSeed(runSeed: number, step: number): number {
  return hash3(runSeed, step, 3) >>> 1;
}
