import { guidanceUtility } from '../../actguide/guidanceUtility.ts';
import { leastSufficient } from '../../actguide/groupRecovery.ts';
import { bootstrapMean } from '../../core/statistics.ts';
import { pretrainingMixture } from '../../envs/search/index.ts';
import { defaultPretraining } from '../../methods/pretrain.ts';
import type { Panel, Point } from '../figure.ts';
import type { Item, ItemContext, Results } from '../item.ts';
import { guidanceProbe, type GuidanceLevel, type GuidanceTask } from '../probes/guidanceLevels.ts';
import { withInterval } from '../tables.ts';
import { plainWorld, probing, type PolicySource, type Probing, type WorldSpec } from '../units.ts';
import { verdict } from '../verdict.ts';

const proportions = [0, 0.2, 0.4, 0.6, 0.8, 1] as const;
/** Manners of a thought: the entropy of wording that a language model has. */
const MANNERS = 2;
/** Updates of pretraining in a quick look: the skills are then barely there. */
const QUICK_UPDATES = 40;
/** λ of the utility's verdict, 1/nats. */
const LAMBDA = 0.1;

const settings = ['thoughts with entropy', 'one way to think'] as const;
type Setting = (typeof settings)[number];

function placeOf(
  { base, run, quick }: ItemContext,
  setting: Setting,
): { on: PolicySource; world: WorldSpec } {
  if (setting === 'one way to think') return { on: { kind: 'base', name: base }, world: plainWorld };
  const pretraining = {
    ...defaultPretraining,
    ...(quick && { updates: QUICK_UPDATES }),
    mixture: { ...pretrainingMixture, manners: MANNERS },
  };
  return {
    on: { kind: 'pretrain', policy: run.policy, settings: pretraining },
    world: { name: 'search', options: { manners: MANNERS } },
  };
}

function unit(context: ItemContext, setting: Setting, seed: number): Probing<readonly GuidanceTask[]> {
  const { on, world } = placeOf(context, setting);
  const { run, quick } = context;
  return probing(guidanceProbe, on, world, {
    seed,
    levels: [2, 3, 4],
    tasksPerLevel: quick ? 1 : 8,
    samples: quick ? 16 : 64,
    groupSize: run.groupSize,
    temperature: run.temperature,
  });
}

const tasksOf = (context: ItemContext, results: Results, setting: Setting): GuidanceTask[] =>
  context.seeds.flatMap((seed) => results.of(unit(context, setting, seed))?.result ?? []);

/** The level of a task at a proportion of its plan. */
const at = ({ levels }: GuidanceTask, proportion: number): GuidanceLevel =>
  levels[Math.round(proportion * (levels.length - 1))];

/** Turns between the level of the highest J_k and the least that recovers a group more often than not. */
function distanceToPeak({ levels }: GuidanceTask): number {
  const benefits = levels.map(({ benefit }) => benefit ?? NaN);
  const least = leastSufficient(
    levels.map(({ recovery }) => recovery),
    0.5,
  );
  if (least === null || benefits.some(Number.isNaN)) return NaN;
  const utility = guidanceUtility(
    benefits,
    levels.map(({ risk }) => risk),
    LAMBDA,
  );
  return Math.abs(utility.indexOf(Math.max(...utility)) - least);
}

export const fig4: Item = {
  id: 'fig4',
  title: 'Guidance-induced distribution shift and off-policy risk',
  reference: 'Figure 4',
  design:
    'Held-out tasks of the three stale levels; rollouts of the base policy under every guidance level, scored with and ' +
    'without the plan (Eq. 8, 9, 18), and the barrier-repair benefit B_k (Eq. 7). Once in a world whose thoughts can be ' +
    'worded in several ways, with a base policy pretrained for it, and once with the usual one, whose thoughts have no ' +
    'entropy: a rollout that copies a whole plan is then nearly deterministic.',
  paper: null,
  units: (context) =>
    settings.flatMap((setting) => context.seeds.map((seed) => unit(context, setting, seed))),

  measure(context, results) {
    const all = settings.map((setting) => ({ setting, tasks: tasksOf(context, results, setting) }));
    const rows = all.flatMap(({ setting, tasks }) =>
      tasks.flatMap((task) =>
        task.levels.map((level) => ({
          setting,
          task: task.id,
          taskLevel: task.level,
          proportion: level.k / (task.levels.length - 1),
          ...level,
        })),
      ),
    );
    const values = (tasks: readonly GuidanceTask[], p: number, of: (level: GuidanceLevel) => number) =>
      tasks.map((task) => of(at(task, p))).filter(Number.isFinite);
    const points = (of: (level: GuidanceLevel) => number): Point[] =>
      all.flatMap(({ setting, tasks }) =>
        proportions.flatMap((x) => {
          const own = values(tasks, x, of);
          if (own.length === 0) return [];
          const { mean: y, low, high } = bootstrapMean(own);
          return [{ series: setting, x, y, low, high }];
        }),
      );
    const panel = (title: string, label: string, of: (level: GuidanceLevel) => number): Panel => ({
      title,
      mark: 'line',
      x: { label: 'share of the plan shown' },
      y: { label },
      points: points(of),
    });
    const change = (from: number, to: number, of: (level: GuidanceLevel) => number): number[] =>
      all[0].tasks.map((task) => of(at(task, to)) - of(at(task, from)));
    const claim = { per: 'task', paper: null, side: 'above', threshold: 0 } as const;
    return {
      rows,
      tables: all.map(({ setting, tasks }) => ({
        caption: `${setting}: mean over tasks [95 % interval], by share of the plan shown.`,
        columns: ['share', 'tasks', 'E[L_k]', 'R_k', 'of tokens', 'of covariance', 'Q_k', 'B_k'],
        rows: proportions.map((p) => [
          p,
          tasks.length,
          ...(
            [
              ({ shift }) => shift,
              ({ risk }) => risk,
              ({ tokenRisk }) => tokenRisk,
              ({ covarianceRisk }) => covarianceRisk,
              ({ recovery }) => recovery,
              ({ benefit }) => benefit ?? NaN,
            ] satisfies ((level: GuidanceLevel) => number)[]
          ).map((of) => withInterval(values(tasks, p, of))),
        ]),
      })),
      figure: {
        caption:
          'Shift, off-policy risk and benefit of guidance by share of the plan: mean and 95 % interval over tasks.',
        columns: 2,
        panels: [
          panel('Mean log-ratio shift E[L_k]', 'nats', ({ shift }) => shift),
          panel('Off-policy risk R_k', 'nats²', ({ risk }) => risk),
          panel('Barrier-repair benefit B_k', 'nats', ({ benefit }) => benefit ?? NaN),
          panel('Group recovery Q_k', 'probability', ({ recovery }) => recovery),
        ],
      },
      verdicts: [
        verdict(
          {
            ...claim,
            claim: 'The mean log-ratio shift grows with guidance.',
            statistic: 'E[L_k] with half of the plan − with the whole, per task, thoughts with entropy',
          },
          change(1, 0.5, ({ shift }) => shift),
        ),
        verdict(
          {
            ...claim,
            claim: 'The off-policy risk R_k rises with guidance.',
            statistic: 'R_k with half of the plan − without, per task, thoughts with entropy',
          },
          change(0, 0.5, ({ risk }) => risk),
        ),
        verdict(
          {
            ...claim,
            claim: 'It keeps rising up to the whole plan.',
            statistic: 'R_k with the whole plan − with half of it, per task, thoughts with entropy',
          },
          change(0.5, 1, ({ risk }) => risk),
        ),
        verdict(
          {
            ...claim,
            claim: 'J_k = B_k − λ R_k peaks near the least level that recovers reward.',
            statistic: `|argmax J_k − k*|, λ = ${LAMBDA}, k* the least level with Q_k ≥ 0.5, per task, thoughts with entropy`,
            side: 'below',
            threshold: 1.5,
          },
          all[0].tasks.map(distanceToPeak),
        ),
      ],
    };
  },
};

/** The part of Figure 4 that Appendix C looks at too: the usual base policy. */
export const guidanceTasks = {
  units: (context: ItemContext) => context.seeds.map((seed) => unit(context, 'one way to think', seed)),
  of: (context: ItemContext, results: Results) => tasksOf(context, results, 'one way to think'),
};
