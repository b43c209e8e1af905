import type { BarrierProfile } from '../actguide/barrierProfile.ts';
import type { BarrierView, TaskRef } from './protocol.ts';
import { roleOf } from './tokens.ts';

/** What the page needs of a profile, and where it comes from. */
export interface ProfileOrigin {
  readonly ref: TaskRef;
  readonly levelName: string;
  /** Training steps behind the weights. */
  readonly step: number;
  readonly policy: string;
  readonly passK: number;
  readonly elapsedMs: number;
}

/** Figure 3 as plain data: tokens, prefixes, and the barrier as its first and last turn. */
export function barrierView(profile: BarrierProfile, origin: ProfileOrigin, stepTokens: number): BarrierView {
  const { trajectory, tokens, prefixes, barrier } = profile;
  const { ref, levelName, step, policy, passK, elapsedMs } = origin;
  return {
    task: ref,
    taskId: trajectory.task.id,
    levelName,
    step,
    policy,
    passK,
    tokens: tokens.map(({ word, turn, slot, deltaLogit }) => ({
      word,
      turn,
      role: roleOf(slot, stepTokens),
      deltaLogit,
    })),
    prefixes: prefixes.map(({ turn, psi, passAtK, successes, samples }) => ({
      turns: turn,
      psi,
      passAtK,
      success: successes / samples,
    })),
    barrier: barrier ? [barrier.start, barrier.start + barrier.length - 1] : null,
    reward: trajectory.reward,
    elapsedMs,
  };
}
