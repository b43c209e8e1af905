import { guidanceLevels } from '../actguide/guidance.ts';
import { logRatios, logRatioShift, offPolicyRisk } from '../actguide/offPolicyRisk.ts';
import { rollouts, type RolloutRequest } from '../actguide/rollout.ts';
import { roles, stream } from '../actguide/streams.ts';
import type { Environment, Task } from '../envs/types.ts';
import type { LanguageModel } from '../policy/types.ts';
import type { GuidancePoint } from './inspection.ts';

/** What each guidance level g_0 … g_K of a task recovers and costs (Eq. 7–9), from `samples` rollouts a level. */
export async function guidancePoints(
  model: LanguageModel,
  environment: Environment,
  task: Task,
  samples: number,
  seed: number,
): Promise<GuidancePoint[]> {
  const levels = guidanceLevels(task);
  const requests = levels.flatMap((plan, k) =>
    Array.from({ length: samples }, (_, i): RolloutRequest => ({
      task,
      plan,
      stream: stream(0, roles.guided, task.key, (k << 16) | i),
    })),
  );
  const sampled = await rollouts(model, environment, requests, { seed, temperature: 1 });
  const shifts = (await logRatios(model, environment, sampled)).map(logRatioShift);
  return levels.map((_, k) => {
    const range = [k * samples, (k + 1) * samples] as const;
    const { mean, risk } = offPolicyRisk(shifts.slice(...range));
    const successes = sampled.slice(...range).filter(({ reward }) => reward > 0).length;
    return { k, samples, successes, meanShift: mean, risk };
  });
}
