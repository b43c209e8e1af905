import { releaseDecoders } from '../actguide/decoders.ts';
import type { Method, StepMetrics, Success } from '../actguide/config.ts';
import { mean } from '../core/statistics.ts';
import { createTrainer } from '../methods/index.ts';
import { verdict, type Experiment } from './experiment.ts';

export interface Fig5Run {
  readonly method: Method;
  readonly seed: number;
  readonly steps: readonly StepMetrics[];
  /** Unguided evaluation after the last step. */
  readonly success: Success;
}

export interface Fig5Result {
  readonly runs: readonly Fig5Run[];
}

const compared: readonly Method[] = ['actguide', 'grpo'];

/** Mean over training of the share of groups that teach. */
const meanTrainable = (run: Fig5Run): number => mean(run.steps.map((step) => step.trainableGroups));

/** Per seed, a statistic of the ActGuide run minus that of the GRPO run. */
function differences({ runs }: Fig5Result, statistic: (run: Fig5Run) => number): number[] {
  return runs
    .filter((run) => run.method === 'actguide')
    .flatMap((run) => {
      const other = runs.find((r) => r.method === 'grpo' && r.seed === run.seed);
      return other ? [statistic(run) - statistic(other)] : [];
    });
}

/** Figure 5: the share of trainable groups over training, ActGuide against GRPO on the same seeds and tasks. */
export const fig5: Experiment<Fig5Result> = {
  name: 'fig5',
  title: 'Trainable groups over training',

  async *run({ environment, policy: base, run, seeds, quick, signal }) {
    const plan = seeds.flatMap((seed) => compared.map((method) => ({ method, seed })));
    const length = quick ? Math.min(run.steps, 8) : run.steps;
    const runs: Fig5Run[] = [];
    const total = plan.length * length;
    let done = 0;
    for (const { method, seed } of plan) {
      const policy = await base();
      try {
        const trainer = createTrainer(policy, environment, { ...run, method, seed, steps: length });
        const steps: StepMetrics[] = [];
        while (!trainer.finished) {
          signal?.throwIfAborted();
          const metrics = await trainer.step({ signal });
          steps.push(metrics);
          yield {
            done: ++done,
            total,
            note: `${method}, seed ${seed}, step ${metrics.step + 1}`,
            record: { method, seed, ...metrics },
          };
        }
        const { success } = steps[steps.length - 1];
        runs.push({ method, seed, steps, success: success ?? (await trainer.evaluate()) });
      } finally {
        releaseDecoders(policy);
        policy.destroy();
      }
    }
    return { runs };
  },

  judge(result) {
    return [
      verdict(
        'ActGuide-RL finds learning signal in more groups than zero RL (Fig. 5).',
        'share of trainable groups, mean over training, ActGuide − GRPO, over seeds',
        differences(result, meanTrainable),
        'above',
        0,
      ),
      verdict(
        'ActGuide-RL ends with the better unguided policy (Table 1).',
        'unguided success after training, mean of the five levels, ActGuide − GRPO, over seeds',
        differences(result, (run) => run.success.mean),
        'above',
        0,
      ),
    ];
  },
};
