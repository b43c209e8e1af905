import { meanInterval, mean } from '../../core/statistics.ts';
import { training, type Item, type ItemContext, type Results, type Row } from '../item.ts';
import { withInterval } from '../tables.ts';
import { benchmarkNames, benchmarkResults, benchmarks, onBenchmarks } from '../taskSets.ts';
import type { Training } from '../units.ts';
import { verdict, type Investigation } from '../verdict.ts';

const budgets = [2, 4, 8, 16, 32] as const;
type Budget = (typeof budgets)[number];

/** Why turns beyond 8 change little. */
const enough: Investigation = {
  finding:
    'The longest plan has 8 actions. A policy that knows the way needs no more, and one that does not answers wrong before ' +
    'its turns run out: between 16 and 32 turns no episode of seeds 11–20 differs. Between 8 and 16 turns seeds whose policy ' +
    'still asks some wrong queries first gain up to 0.16, most gain 0.02 or less.',
  tryIt: {
    watch: 'the plan of a task with four stale aliases: 8 actions at most',
    settings: {},
    level: 4,
  },
};

const trained = (context: ItemContext, seed: number): Training =>
  training(context, seed, { method: 'actguide' });

/** Per seed: success on the four sets under a budget. */
const scores = (context: ItemContext, results: Results, turnBudget: Budget) =>
  context.seeds.flatMap((seed) => {
    const sets = benchmarkResults(context, results, trained(context, seed), seed, { turnBudget });
    return sets ? [{ seed, sets, mean: mean(sets.map((success) => success.mean)) }] : [];
  });

/** Per seed: mean over the sets under `more` turns minus that under `fewer`. */
function gains(context: ItemContext, results: Results, fewer: Budget, more: Budget): number[] {
  const low = new Map(scores(context, results, fewer).map((score) => [score.seed, score.mean]));
  return scores(context, results, more).flatMap((score) => {
    const other = low.get(score.seed);
    return other === undefined ? [] : [score.mean - other];
  });
}

export const table3: Item = {
  id: 'table3',
  title: 'Turn budget at evaluation',
  reference: 'Table 3',
  design:
    'Policies trained by ActGuide-RL under the usual turn limit, evaluated without guidance under limits of 2 to 32 ' +
    'turns. The shortest way to a reward takes 2 turns, the longest 8.',
  paper: {
    caption: 'Paper, Table 3 (Qwen3-4B): accuracy in percent.',
    columns: ['turn budget', 'GAIA', 'WebWalker', 'XBench', 'BC-ZH'],
    rows: [
      ['2', 0.97, 9.26, 5.0, 1.04],
      ['4', 18.44, 33.97, 33.0, 4.84],
      ['8', 19.41, 35.0, 33.0, 16.96],
      ['16', 27.18, 37.55, 35.0, 17.99],
      ['32', 35.92, 39.85, 37.0, 20.41],
    ],
  },
  units: (context) =>
    context.seeds.flatMap((seed) =>
      budgets.flatMap((turnBudget) => onBenchmarks(context, trained(context, seed), seed, { turnBudget })),
    ),

  measure(context, results) {
    const found = budgets.map((budget) => ({ budget, scores: scores(context, results, budget) }));
    const rows = found.flatMap(({ budget, scores: own }) =>
      own.flatMap(({ seed, sets }) =>
        sets.flatMap(({ mean: success, levels }, i) =>
          [success, ...levels].map((value, level): Row => ({
            turnBudget: budget,
            seed,
            set: benchmarks[i],
            level: level === 0 ? 'mean' : level - 1,
            success: value,
          })),
        ),
      ),
    );
    const claim = { per: 'seed', side: 'above', threshold: 0 } as const;
    const statistic = (fewer: Budget, more: Budget) =>
      `unguided success, mean of the four sets, ${more} turns − ${fewer} turns`;
    const step = (fewer: Budget, more: Budget, paper: string, investigation?: Investigation) =>
      verdict(
        {
          ...claim,
          claim: `${more} turns do better than ${fewer}.`,
          statistic: statistic(fewer, more),
          paper,
          investigation,
        },
        gains(context, results, fewer, more),
      );
    return {
      rows,
      tables: [
        {
          caption: 'Unguided success, mean of a set’s levels [95 % interval] over seeds.',
          columns: ['turn budget', ...benchmarks.map((set) => benchmarkNames[set]), 'mean'],
          rows: found.map(({ budget, scores: own }) => [
            budget,
            ...benchmarks.map((_, set) => withInterval(own.map(({ sets }) => sets[set].mean))),
            withInterval(own.map((score) => score.mean)),
          ]),
        },
      ],
      figure: {
        caption: 'Unguided success under a turn budget: mean and 95 % interval over seeds.',
        columns: 1,
        panels: [
          {
            title: 'Turn budget',
            mark: 'dot',
            x: { label: 'turn budget', domain: budgets.map(String) },
            y: { label: 'unguided success', domain: [0, 1] },
            points: found.flatMap(({ budget, scores: own }) =>
              own.length === 0
                ? []
                : benchmarks.map((set, i) => {
                    const { mean: y, low, high } = meanInterval(own.map(({ sets }) => sets[i].mean));
                    return { series: benchmarkNames[set], x: String(budget), y, low, high };
                  }),
            ),
          },
        ],
      },
      verdicts: [
        verdict(
          {
            ...claim,
            claim: 'Performance improves with the turn budget, from 2 to 32 turns.',
            statistic: statistic(2, 32),
            paper: 'GAIA 0.97 → 35.92, WebWalker 9.26 → 39.85, XBench 5.00 → 37.00, BC-ZH 1.04 → 20.41',
          },
          gains(context, results, 2, 32),
        ),
        step(2, 4, 'GAIA 0.97 → 18.44'),
        step(4, 8, 'GAIA 18.44 → 19.41'),
        step(8, 16, 'GAIA 19.41 → 27.18', enough),
        step(16, 32, 'GAIA 27.18 → 35.92', enough),
      ],
    };
  },
};
