import { mean } from '../../core/statistics.ts';
import type { Figure, Point } from '../figure.ts';
import type { Item, ItemContext, Row } from '../item.ts';
import { barrierProbe, type BarrierTask } from '../probes/barrier.ts';
import { withInterval } from '../tables.ts';
import { plainWorld, probing, type Probing } from '../units.ts';
import { verdict } from '../verdict.ts';

/** No alias, and three and four stale ones. */
const levels = [0, 3, 4];
const K = 32;

const unit = ({ base, run, quick }: ItemContext, seed: number): Probing<readonly BarrierTask[]> =>
  probing(barrierProbe, { kind: 'base', name: base }, plainWorld, {
    seed,
    levels,
    tasksPerLevel: quick ? 2 : 16,
    K,
    temperature: run.temperature,
  });

/** Mean over a task's prefixes that satisfy `where` (the finished end left out); NaN if none does. */
const meanPrefix = (
  task: BarrierTask,
  of: 'success' | 'passAtK',
  where: (staleAhead: number) => boolean,
): number =>
  mean(
    task.prefixes
      .slice(0, -1)
      .filter((p) => where(p.staleAhead))
      .map((p) => p[of]),
  );

const meanDelta = (task: BarrierTask, staleQuery: boolean): number =>
  mean(task.tokens.filter((t) => t.staleQuery === staleQuery).map((t) => t.deltaLogit));

/** pass@K at each step boundary and |ΔLogit| of each token, for the first easy and the first hard task. */
function draw(tasks: readonly BarrierTask[]): Figure | null {
  const shown = [tasks.find((task) => task.stale === 0), tasks.find((task) => task.stale === 4)];
  const panels = shown.flatMap((task, i) => {
    if (!task) return [];
    const name = i === 0 ? 'No alias' : 'Four stale aliases';
    const turns = task.prefixes.length;
    const domain = [0, turns - 1];
    const shaded = task.barrier
      ? ([task.barrier.start, task.barrier.start + task.barrier.length] as const)
      : undefined;
    const pass = task.prefixes.map((p): Point => ({ series: 'pass@32', x: p.turn, y: p.passAtK }));
    const delta = Array.from({ length: turns - 1 }, (_, turn): Point[] =>
      task.tokens
        .filter((t) => t.turn === turn)
        .map((t) => ({ series: '|ΔLogit|', x: turn + (t.slot + 0.5) / 3, y: t.deltaLogit })),
    ).flat();
    return [
      {
        title: name,
        mark: 'line' as const,
        x: { label: 'turn of the guided rollout', domain },
        y: { label: 'unguided pass@32', domain: [0, 1] as const },
        points: pass,
        shaded,
      },
      {
        title: name,
        mark: 'bar' as const,
        x: { label: 'turn of the guided rollout', domain },
        y: { label: 'mean |ΔLogit|' },
        points: delta,
        shaded,
      },
    ];
  });
  return panels.length === 0
    ? null
    : {
        caption:
          'Unguided pass@32 at each step boundary of a guided rollout, and |ΔLogit| of each of its tokens ' +
          '(tool, thought, argument); the barrier is shaded.',
        columns: 2,
        panels,
      };
}

function rowsOf(tasks: readonly BarrierTask[]): Row[] {
  return tasks.flatMap((task) => {
    const shared = { task: task.id, level: task.level, stale: task.stale, reached: task.reached ? 1 : 0 };
    return [
      ...task.prefixes.map((p): Row => ({ ...shared, kind: 'prefix', ...p })),
      ...task.tokens.map((t): Row => ({ ...shared, kind: 'token', ...t, staleQuery: t.staleQuery ? 1 : 0 })),
    ];
  });
}

export const fig3: Item = {
  id: 'fig3',
  title: 'Action guidance repairs reachability barriers along guided rollouts',
  reference: 'Figure 3',
  design:
    'Untrained base policy. It follows the whole plan greedily; at every step boundary the unguided policy ' +
    'continues 32 times, and at every token |ΔLogit| compares the policy with and without the plan.',
  paper: null,
  units: (context) => context.seeds.map((seed) => unit(context, seed)),

  measure(context, results) {
    const tasks = context.seeds.flatMap((seed) => results.of(unit(context, seed))?.result ?? []);
    const hard = tasks.filter((task) => task.stale >= 3 && task.reached);
    const easy = tasks.filter((task) => task.stale === 0);
    const claim = { per: 'task', paper: null } as const;
    const ahead = (n: number) =>
      hard.map((task) => meanPrefix(task, 'passAtK', (count) => count === n)).filter(Number.isFinite);
    return {
      rows: rowsOf(tasks),
      figure: draw(tasks),
      tables: [
        {
          caption:
            'Hard tasks: unguided pass@32 by the stale aliases still ahead, mean [95 % interval] over tasks.',
          columns: ['stale aliases ahead', 'tasks', 'pass@32'],
          rows: [4, 3, 2, 1, 0].map((n) => [n, ahead(n).length, withInterval(ahead(n))]),
        },
      ],
      verdicts: [
        verdict(
          {
            ...claim,
            claim:
              'On hard tasks unguided pass@32 is zero until the guided trajectory has crossed the barrier.',
            statistic: 'pass@32 while two or more stale aliases are ahead, mean per task',
            side: 'below',
            threshold: 0.05,
          },
          hard.map((task) => meanPrefix(task, 'passAtK', (count) => count >= 2)),
        ),
        verdict(
          {
            ...claim,
            claim: 'After the barrier unguided success recovers.',
            statistic: 'unguided success once the last stale alias is passed, mean per task',
            side: 'above',
            threshold: 0.9,
          },
          hard.map((task) => meanPrefix(task, 'success', (count) => count === 0)),
        ),
        verdict(
          {
            ...claim,
            claim: '|ΔLogit| spikes inside the barrier.',
            statistic: 'mean |ΔLogit| at the stale queries over the mean elsewhere, per task',
            side: 'above',
            threshold: 5,
          },
          hard.map((task) => meanDelta(task, true) / meanDelta(task, false)),
        ),
        verdict(
          {
            ...claim,
            claim: 'On easy tasks pass@32 is above zero from the start.',
            statistic: 'pass@32 from the question alone, per task without aliases',
            side: 'above',
            threshold: 0,
          },
          easy.map((task) => task.prefixes[0].passAtK),
        ),
      ],
    };
  },
};
