import { trainingSeed } from '../../envs/seeds.ts';
import type { Item, ItemContext } from '../item.ts';
import { plainWorld, probing, type Probe, type Probing } from '../units.ts';

interface ActionTurnsArgs {
  readonly seed: number;
  readonly steps: number;
  readonly tasksPerStep: number;
}

/** Tasks by the number of actions of their plan: [level, actions, tasks]. */
type ActionTurns = readonly (readonly [number, number, number])[];

/** Lengths of the plans of all tasks that a training run draws. */
export const actionTurnsProbe: Probe<ActionTurnsArgs, ActionTurns> = {
  name: 'actionTurns',
  version: 1,
  work: 0.1,
  async *run(_policy, environment, { seed, steps, tasksPerStep }) {
    yield 0;
    const counts = new Map<string, number>();
    for (let step = 0; step < steps; step++)
      for (const { level, plan } of environment.tasks({
        seed: trainingSeed(seed, step),
        count: tasksPerStep,
      })) {
        const place = `${level} ${plan.length}`;
        counts.set(place, (counts.get(place) ?? 0) + 1);
      }
    return [...counts]
      .map(
        ([place, tasks]) => [...place.split(' ').map(Number), tasks] as unknown as [number, number, number],
      )
      .sort(([a, b], [c, d]) => a - c || b - d);
  },
};

const unit = ({ base, run }: ItemContext, seed: number): Probing<ActionTurns> =>
  probing(actionTurnsProbe, { kind: 'base', name: base }, plainWorld, {
    seed,
    steps: run.steps,
    tasksPerStep: run.tasksPerStep,
  });

export const fig8: Item = {
  id: 'fig8',
  title: 'Action turns of the training tasks',
  reference: 'Figure 8',
  design: 'Number of actions in the reference plan of every task that the training runs draw.',
  paper: null,
  units: (context) => context.seeds.map((seed) => unit(context, seed)),

  measure(context, results) {
    const all = context.seeds.flatMap((seed) =>
      (results.of(unit(context, seed))?.result ?? []).map(([level, actions, tasks]) => ({
        seed,
        level,
        actions,
        tasks,
      })),
    );
    const lengths = [...new Set(all.map(({ actions }) => actions))].sort((a, b) => a - b);
    const total = all.reduce((sum, { tasks }) => sum + tasks, 0);
    const share = (actions: number): number =>
      all.filter((entry) => entry.actions === actions).reduce((sum, { tasks }) => sum + tasks, 0) / total;
    return {
      rows: all,
      tables: [
        {
          caption: `Action turns of ${total} training tasks.`,
          columns: ['actions', 'share of tasks'],
          rows: lengths.map((actions) => [actions, share(actions).toFixed(3)]),
        },
      ],
      figure: {
        caption: 'Action turns of the reference plans of the training tasks.',
        columns: 1,
        panels: [
          {
            title: 'Training tasks by the length of their plan',
            mark: 'bar',
            x: { label: 'actions in the plan', domain: lengths.map(String) },
            y: { label: 'share of tasks' },
            points: lengths.map((actions) => ({ series: 'tasks', x: String(actions), y: share(actions) })),
          },
        ],
      },
      verdicts: [],
    };
  },
};
