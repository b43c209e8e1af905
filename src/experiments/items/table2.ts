import { meanInterval, mean } from '../../core/statistics.ts';
import { defaultPretraining } from '../../methods/pretrain.ts';
import { training, type Item, type ItemContext, type Results, type Row } from '../item.ts';
import { evaluation } from '../probes/evaluation.ts';
import { withInterval } from '../tables.ts';
import { benchmarkNames, benchmarkResults, benchmarks, onBenchmarks } from '../taskSets.ts';
import type { PolicySource, Training, WorldSpec } from '../units.ts';
import { verdict, type Claim, type Investigation } from '../verdict.ts';

const BASE = 'base policy';
const methods = ['GRPO', 'ActGuide-RL', 'SFT', 'SFT + GRPO', 'SFT + ActGuide-RL'] as const;
const names = [BASE, ...methods] as const;
type Name = (typeof names)[number];

/** Updates of the pretraining on both worlds, and the grid's share of it. */
const UPDATES = 3000;
const GRID_SHARE = 0.5;
/** Updates in a quick look: the skills are then barely there. */
const QUICK_UPDATES = 40;

/** A base policy that knows the search world, in which it is then trained, and the grid, in which it never is. */
const knowingBoth = ({ run, quick }: ItemContext): PolicySource => ({
  kind: 'pretrain',
  policy: run.policy,
  settings: { ...defaultPretraining, updates: quick ? QUICK_UPDATES : UPDATES, gridShare: GRID_SHARE },
});

/** Twice as many expert episodes as there are training tasks, as the paper has 4k and 2k. */
const sftSteps = ({ run }: ItemContext): number => Math.max(1, Math.ceil((2 * run.steps) / run.groupSize));

function trained(context: ItemContext, name: Name, seed: number): PolicySource {
  const start = knowingBoth(context);
  const sft: Training = training(context, seed, { method: 'sft', steps: sftSteps(context) }, { start });
  switch (name) {
    case BASE:
      return start;
    case 'GRPO':
      return training(context, seed, { method: 'grpo' }, { start });
    case 'ActGuide-RL':
      return training(context, seed, { method: 'actguide' }, { start });
    case 'SFT':
      return sft;
    case 'SFT + GRPO':
      return training(context, seed, { method: 'grpo' }, { start: sft });
    case 'SFT + ActGuide-RL':
      return training(context, seed, { method: 'actguide' }, { start: sft });
  }
}

const outOfDomain = ['grid', 'gridPlan', 'instructions'] as const;
type OutOfDomain = (typeof outOfDomain)[number];
const headings: Readonly<Record<OutOfDomain, string>> = {
  grid: 'grid, what it was taught (GPQA, TruthfulQA)',
  gridPlan: 'grid with the plan (IFEval)',
  instructions: 'search plan, aliases unseen (IFEval)',
};

/** Eight aliases, of which training shows four. */
const unseen: WorldSpec = { name: 'search', options: { staleAliases: 8 } };
const grid: WorldSpec = { name: 'grid', options: {} };

function outside(context: ItemContext, name: Name, seed: number, set: OutOfDomain) {
  const on = trained(context, name, seed);
  if (set === 'grid') return evaluation(context, on, seed, {}, grid);
  return evaluation(context, on, seed, { guided: 'full' }, set === 'gridPlan' ? grid : unseen);
}

/** Levels of the grid that pretraining teaches to pass alone: no door, and a door of its key's colour. */
const TAUGHT = 2;

interface Score {
  readonly seed: number;
  /** Means of the four sets, and of all. */
  readonly sets: readonly number[];
  readonly inDomain: number;
  readonly outside: Readonly<Record<OutOfDomain, number>>;
}

function scores(context: ItemContext, results: Results, name: Name): Score[] {
  return context.seeds.flatMap((seed) => {
    const found = benchmarkResults(context, results, trained(context, name, seed), seed);
    const [alone, planned, followed] = outOfDomain.map(
      (set) => results.of(outside(context, name, seed, set))?.result,
    );
    if (!found || !alone || !planned || !followed) return [];
    const sets = found.map((success) => success.mean);
    return [
      {
        seed,
        sets,
        inDomain: mean(sets),
        outside: {
          grid: mean(alone.levels.slice(0, TAUGHT)),
          gridPlan: planned.mean,
          instructions: followed.mean,
        },
      },
    ];
  });
}

const ceiling: Investigation = {
  finding:
    'SFT passes every barrier in most episodes (0.73 in-domain), so RL from there has nothing to be guided to: both end at ' +
    'the ceiling (0.97 and 0.96 over seeds 11–15).',
  tryIt: null,
};

const forgetting: Investigation = {
  finding:
    'Seeds differ by more than the methods do: of what the base policy knew of the grid (0.95) ActGuide-RL keeps 0.92, 0.87, ' +
    '0.51, 0.95 and 0.95 (seeds 11–15), SFT 0.88 to 0.94. SFT moves the policy less and stops at 0.73 in-domain, where ' +
    'ActGuide-RL ends at 0.98; SFT + GRPO, which ends near there too, keeps 0.74.',
  tryIt: null,
};

export const table2: Item = {
  id: 'table2',
  title: 'ActGuide-RL against SFT and SFT + RL',
  reference: 'Table 2',
  design:
    'A base policy pretrained on two worlds, the search world and the key-door grid, is then trained in the search world ' +
    'alone. SFT learns from rejection-sampled expert episodes with their thoughts, twice as many as there are training ' +
    'tasks; GRPO and ActGuide-RL start from the base policy and from the end of SFT. In-domain: the four task sets, ' +
    'unguided. Out-of-domain: the grid on the levels that pretraining taught, in place of the paper’s knowledge ' +
    'benchmarks; and following a whole plan, in the grid and on search tasks half of whose aliases training never ' +
    'shows, in place of its instruction following.',
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
        ...outOfDomain.map((set) => outside(context, name, seed, set)),
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
      of(method).flatMap(({ seed, sets, outside: beside }) => [
        ...sets.map((success, i): Row => ({ method, seed, set: benchmarks[i], success })),
        ...outOfDomain.map((set): Row => ({ method, seed, set, success: beside[set] })),
      ]),
    );
    const inDomain = (score: Score): number => score.inDomain;
    const claim = { per: 'seed', side: 'above', threshold: 0 } as const satisfies Partial<Claim>;
    return {
      rows,
      tables: [
        {
          caption: 'Success: mean [95 % interval] over seeds. The last three columns are out-of-domain.',
          columns: [
            '',
            ...benchmarks.map((set) => benchmarkNames[set]),
            ...outOfDomain.map((set) => headings[set]),
          ],
          rows: names.map((name) => [
            name,
            ...benchmarks.map((_, set) => withInterval(of(name).map(({ sets }) => sets[set]))),
            ...outOfDomain.map((set) => withInterval(of(name).map((score) => score.outside[set]))),
          ]),
        },
      ],
      figure: {
        caption: 'Success in and out of the domain of training: mean and 95 % interval over seeds.',
        columns: 1,
        panels: [
          {
            title: 'In-domain (four sets, unguided) and out-of-domain',
            mark: 'dot',
            x: { label: '', domain: ['in-domain', ...outOfDomain] },
            y: { label: 'success', domain: [0, 1] },
            points: names.flatMap((name) =>
              of(name).length === 0
                ? []
                : (['in-domain', ...outOfDomain] as const).map((x) => {
                    const values = of(name).map((s) => (x === 'in-domain' ? s.inDomain : s.outside[x]));
                    const { mean: y, low, high } = meanInterval(values);
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
            investigation: ceiling,
            statistic: 'unguided success, mean of the four sets, (SFT + ActGuide-RL) − (SFT + GRPO)',
            paper:
              'GAIA 40.77 against 36.89, WebWalker 37.06 against 32.20, XBench 25.00 against 17.00, BC-ZH 28.02 against 26.30',
          },
          differences('SFT + ActGuide-RL', 'SFT + GRPO', inDomain),
        ),
        verdict(
          {
            ...claim,
            claim: 'SFT costs what was known outside its domain more than ActGuide-RL does.',
            investigation: forgetting,
            statistic: 'success in the grid, unguided, levels that pretraining taught, ActGuide-RL − SFT',
            paper: 'GPQA 36.93 against 29.15, TruthfulQA 62.30 against 56.95',
          },
          differences('ActGuide-RL', 'SFT', (score) => score.outside.grid),
        ),
        verdict(
          {
            ...claim,
            claim: 'ActGuide-RL keeps what was known outside its domain: it loses less than 0.05.',
            investigation: forgetting,
            statistic:
              'success in the grid, unguided, levels that pretraining taught, ActGuide-RL − base policy',
            threshold: -0.05,
            paper: null,
          },
          differences('ActGuide-RL', BASE, (score) => score.outside.grid),
        ),
        verdict(
          {
            ...claim,
            claim: 'After SFT instructions are followed less well than after ActGuide-RL.',
            investigation: forgetting,
            statistic:
              'success with the whole plan, mean of the grid and of unseen aliases, ActGuide-RL − SFT',
            paper: 'IFEval 82.99 against 77.82',
          },
          differences('ActGuide-RL', 'SFT', ({ outside: beside }) =>
            mean([beside.gridPlan, beside.instructions]),
          ),
        ),
      ],
    };
  },
};
