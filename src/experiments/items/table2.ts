import { bootstrapMean, mean } from '../../core/statistics.ts';
import { training, type Item, type ItemContext, type Results, type Row } from '../item.ts';
import { evaluation } from '../probes/evaluation.ts';
import { withInterval } from '../tables.ts';
import { benchmarkNames, benchmarkResults, benchmarks, onBenchmarks } from '../taskSets.ts';
import type { Training, WorldSpec } from '../units.ts';
import { verdict, type Claim } from '../verdict.ts';

const names = ['GRPO', 'ActGuide-RL', 'SFT', 'SFT + GRPO', 'SFT + ActGuide-RL'] as const;
type Name = (typeof names)[number];

/** Twice as many expert episodes as there are training tasks, as the paper has 4k and 2k. */
const sftSteps = ({ run }: ItemContext): number => Math.max(1, Math.ceil((2 * run.steps) / run.groupSize));

function trained(context: ItemContext, name: Name, seed: number): Training {
  const sft = training(context, seed, { method: 'sft', steps: sftSteps(context) });
  switch (name) {
    case 'GRPO':
      return training(context, seed, { method: 'grpo' });
    case 'ActGuide-RL':
      return training(context, seed, { method: 'actguide' });
    case 'SFT':
      return sft;
    case 'SFT + GRPO':
      return training(context, seed, { method: 'grpo' }, { start: sft });
    case 'SFT + ActGuide-RL':
      return training(context, seed, { method: 'actguide' }, { start: sft });
  }
}

/** Eight aliases, of which training shows four, and the whole plan in the prompt: does it do what it is told? */
const unseen: WorldSpec = { name: 'search', options: { staleAliases: 8 } };
const instructions = (context: ItemContext, name: Name, seed: number) =>
  evaluation(context, trained(context, name, seed), seed, { guided: 'full' }, unseen);

interface Score {
  readonly seed: number;
  /** Means of the four sets, and of all. */
  readonly sets: readonly number[];
  readonly inDomain: number;
  readonly instructions: number;
}

function scores(context: ItemContext, results: Results, name: Name): Score[] {
  return context.seeds.flatMap((seed) => {
    const found = benchmarkResults(context, results, trained(context, name, seed), seed);
    const followed = results.of(instructions(context, name, seed))?.result;
    if (!found || !followed) return [];
    const sets = found.map((success) => success.mean);
    return [{ seed, sets, inDomain: mean(sets), instructions: followed.mean }];
  });
}

export const table2: Item = {
  id: 'table2',
  title: 'ActGuide-RL against SFT and SFT + RL',
  reference: 'Table 2',
  design:
    'SFT learns from rejection-sampled expert episodes with their thoughts, twice as many as there are training tasks. ' +
    'GRPO and ActGuide-RL start from the base policy and from the end of SFT. In-domain: the four task sets, unguided. ' +
    'Out-of-domain: following a whole plan on tasks half of whose aliases training never shows, in place of the paper’s ' +
    'instruction following; its knowledge benchmarks have no counterpart here.',
  paper: {
    caption: 'Paper, Table 2 (Qwen3-4B): accuracy in percent.',
    columns: ['', 'GAIA', 'WebWalker', 'XBench', 'BC-ZH', 'GPQA-CoT', 'TruthfulQA', 'IFEval'],
    rows: [
      ['RL', 25.24, 12.06, 18.0, 15.26, 35.45, 62.17, 81.33],
      ['ActGuide', 35.92, 39.85, 37.0, 20.41, 36.93, 62.3, 82.99],
      ['SFT', 34.95, 31.18, 25.0, 25.61, 29.15, 56.95, 77.82],
      ['SFT + RL', 36.89, 32.2, 17.0, 26.3, 29.85, 57.02, 76.34],
      ['SFT + ActGuide', 40.77, 37.06, 25.0, 28.02, 29.57, 57.11, 77.43],
    ],
  },
  units: (context) =>
    context.seeds.flatMap((seed) =>
      names.flatMap((name) => [
        ...onBenchmarks(context, trained(context, name, seed), seed),
        instructions(context, name, seed),
      ]),
    ),

  measure(context, results) {
    const all = new Map(names.map((name) => [name, scores(context, results, name)]));
    const of = (name: Name): Score[] => all.get(name) ?? [];
    const differences = (a: Name, b: Name, value: (score: Score) => number): number[] =>
      of(a).flatMap((score) => {
        const other = of(b).find(({ seed }) => seed === score.seed);
        return other ? [value(score) - value(other)] : [];
      });
    const rows = names.flatMap((method) =>
      of(method).flatMap(({ seed, sets, instructions: followed }) => [
        ...sets.map((success, i): Row => ({ method, seed, set: benchmarks[i], success })),
        { method, seed, set: 'instructions', success: followed },
      ]),
    );
    const inDomain = (score: Score): number => score.inDomain;
    const claim = { per: 'seed', side: 'above', threshold: 0 } as const satisfies Partial<Claim>;
    return {
      rows,
      tables: [
        {
          caption: 'Success: mean [95 % interval] over seeds. The last column is out-of-domain.',
          columns: ['', ...benchmarks.map((set) => benchmarkNames[set]), 'instructions (IFEval)'],
          rows: names.map((name) => [
            name,
            ...benchmarks.map((_, set) => withInterval(of(name).map(({ sets }) => sets[set]))),
            withInterval(of(name).map((score) => score.instructions)),
          ]),
        },
      ],
      figure: {
        caption: 'Success in and out of the domain of training: mean and 95 % interval over seeds.',
        columns: 1,
        panels: [
          {
            title: 'In-domain (four sets, unguided) and out-of-domain (instructions)',
            mark: 'dot',
            x: { label: '', domain: ['in-domain', 'instructions'] },
            y: { label: 'success', domain: [0, 1] },
            points: names.flatMap((name) =>
              of(name).length === 0
                ? []
                : (['in-domain', 'instructions'] as const).map((x) => {
                    const values = of(name).map((s) => (x === 'in-domain' ? s.inDomain : s.instructions));
                    const { mean: y, low, high } = bootstrapMean(values);
                    return { series: name, x, y, low, high };
                  }),
            ),
          },
        ],
      },
      verdicts: [
        verdict(
          {
            ...claim,
            claim: 'Without any cold start ActGuide-RL is on a par with SFT + RL: it loses less than 0.05.',
            statistic: 'unguided success, mean of the four sets, ActGuide-RL − (SFT + GRPO)',
            threshold: -0.05,
            paper:
              'GAIA 35.92 against 36.89, WebWalker 39.85 against 32.20, XBench 37.00 against 17.00, BC-ZH 20.41 against 26.30',
          },
          differences('ActGuide-RL', 'SFT + GRPO', inDomain),
        ),
        verdict(
          {
            ...claim,
            claim: 'From the same cold start ActGuide-RL still gains over RL.',
            statistic: 'unguided success, mean of the four sets, (SFT + ActGuide-RL) − (SFT + GRPO)',
            paper:
              'GAIA 40.77 against 36.89, WebWalker 37.06 against 32.20, XBench 25.00 against 17.00, BC-ZH 28.02 against 26.30',
          },
          differences('SFT + ActGuide-RL', 'SFT + GRPO', inDomain),
        ),
        verdict(
          {
            ...claim,
            claim: 'SFT costs out-of-domain performance, ActGuide-RL does not.',
            statistic: 'success with the whole plan, half of the aliases unseen, ActGuide-RL − SFT',
            paper: 'IFEval 82.99 against 77.82, GPQA 36.93 against 29.15, TruthfulQA 62.30 against 56.95',
          },
          differences('ActGuide-RL', 'SFT', (score) => score.instructions),
        ),
      ],
    };
  },
};
