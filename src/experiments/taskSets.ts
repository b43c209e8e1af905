import type { Success } from '../actguide/config.ts';
import { searchTaskSets, type SearchTaskSet } from '../envs/search/levels.ts';
import type { ItemContext, Results } from './item.ts';
import { evaluation, type EvaluationArgs } from './probes/evaluation.ts';
import type { PolicySource, Probing, WorldSpec } from './units.ts';

/** The four sets that stand in for the paper's in-domain benchmarks. */
export const benchmarks = searchTaskSets.filter((set) => set !== 'training');

/** Benchmarks as tables head them: our set, and the paper's that it stands in for. */
export const benchmarkNames: Readonly<Record<SearchTaskSet, string>> = {
  training: 'training levels',
  general: 'general (GAIA)',
  walk: 'walk (WebWalkerQA)',
  deep: 'deep (XBench)',
  barred: 'barred (BC-ZH)',
};

export const benchmarkWorld = (taskSet: SearchTaskSet): WorldSpec => ({
  name: 'search',
  options: { taskSet },
});

type Options = Pick<EvaluationArgs, 'guided' | 'injection' | 'turnBudget'>;

/** Evaluations of a policy on the four sets, in their order. */
export const onBenchmarks = (
  context: ItemContext,
  on: PolicySource,
  seed: number,
  options: Options = {},
): Probing<Success>[] => benchmarks.map((set) => evaluation(context, on, seed, options, benchmarkWorld(set)));

/** Success on the four sets; null unless all of them were evaluated. */
export function benchmarkResults(
  context: ItemContext,
  results: Results,
  on: PolicySource,
  seed: number,
  options: Options = {},
): Success[] | null {
  const found = onBenchmarks(context, on, seed, options).map((unit) => results.of(unit)?.result ?? null);
  return found.every((success) => success !== null) ? found : null;
}
