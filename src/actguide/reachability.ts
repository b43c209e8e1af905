import { psiAfter, psiOf } from '../envs/reachability.ts';
import type { Environment, Task } from '../envs/types.ts';
import type { LanguageModel } from '../policy/types.ts';
import { rollouts, type Rollout, type RolloutOptions, type RolloutRequest, type Step } from './rollout.ts';
import { roles, stream } from './streams.ts';

/**
 * Ψ(s_t) before the first turn and after each: [turns + 1]. Once the episode is over it is Y: nothing can
 * change any more (Definition 2.1).
 */
export function psiAlong({ task, states, turns, truncated, reward }: Rollout): number[] {
  const automaton = task.automaton();
  const table = psiOf(task);
  const over = truncated !== null || automaton.done[states[turns]] === 1;
  return states.map((state, t) =>
    over && t === turns ? reward : table[(task.maxTurns - t) * automaton.states + state],
  );
}

/**
 * Effective state-visiting mass M_t = E[Ψ(s_t)] (Eq. 2) of the policy that made the rollouts: [longest + 1].
 * A finished rollout keeps its Y.
 */
export function effectiveMass(sampled: readonly Rollout[]): number[] {
  const potentials = sampled.map(psiAlong);
  const longest = Math.max(0, ...potentials.map((values) => values.length));
  return Array.from({ length: longest }, (_, t) => {
    const sum = potentials.reduce((total, values) => total + values[Math.min(t, values.length - 1)], 0);
    return sum / potentials.length;
  });
}

/** Retention κ̄_t = M_{t+1} / M_t (Eq. 3): one fewer than `mass`; NaN where no mass is left to retain. */
export function retention(mass: readonly number[]): number[] {
  return mass.slice(1).map((next, t) => (mass[t] > 0 ? next / mass[t] : NaN));
}

/**
 * Barrier-repair benefit B_k = log(M^guided / M^unguided) at step b + m (Eq. 7), nats. Infinite where the
 * unguided policy has no mass left, NaN where neither has.
 */
export function benefit(guidedMass: number, unguidedMass: number): number {
  return Math.log(guidedMass / unguidedMass);
}

/**
 * Unbiased pass@k from n samples with c successes: 1 − C(n−c, k) / C(n, k), the probability that k of them,
 * drawn without replacement, hold a success (Chen et al., 2021).
 */
export function passAtK(n: number, c: number, k: number): number {
  let allFail = 1;
  for (let i = 0; i < k; i++) allFail *= Math.max(0, n - c - i) / (n - i);
  return 1 - allFail;
}

/** What unguided continuations from one state of a trajectory achieve. */
export interface PrefixReach {
  /** Turns of the trajectory taken before the policy goes on alone. */
  readonly turn: number;
  /** Ψ(s_t): whether success is still possible at all. */
  readonly psi: number;
  readonly samples: number;
  readonly successes: number;
  /** Unbiased estimate for k = K (Eq. 5). */
  readonly passAtK: number;
  /**
   * κ_t with no turn to spare: the share of continuations whose first action keeps the reward within the
   * fewest turns from s_t, an exact property of the task. Null at the end of the trajectory or where Ψ = 0.
   */
  readonly retention: number | null;
}

export interface PrefixOptions extends Omit<RolloutOptions, 'temperature'> {
  /** K of pass@K; the paper's Figure 3 has 32. */
  readonly K?: number;
  /** Continuations per prefix, at least K. */
  readonly samples?: number;
  readonly temperature?: number;
}

/**
 * Prefix-level reachability (Eq. 5): at every step boundary of a trajectory the unguided policy continues
 * `samples` times. All continuations run as one batch. Where the trajectory is over, its reward stands.
 */
export async function prefixPassAtK(
  model: LanguageModel,
  environment: Environment,
  trajectory: Rollout,
  { K = 32, samples = K, temperature = 1, ...options }: PrefixOptions,
): Promise<PrefixReach[]> {
  const { task, turns } = trajectory;
  const automaton = task.automaton();
  const steps = stepsOf(environment, trajectory);
  const potentials = psiAlong(trajectory);
  const over = trajectory.truncated !== null || automaton.done[trajectory.states[turns]] === 1;
  const open = over ? turns : turns + 1;
  const requests = Array.from({ length: open }, (_, turn) =>
    Array.from({ length: samples }, (_, i): RolloutRequest => ({
      task,
      plan: [],
      prefix: steps.slice(0, turn),
      stream: stream(turn, roles.continuation, task.key, i),
    })),
  );
  const sampled = await rollouts(model, environment, requests.flat(), { ...options, temperature });
  return potentials.map((potential, turn): PrefixReach => {
    const point = { turn, psi: potential, samples };
    if (turn >= open) {
      const { reward } = trajectory;
      return { ...point, successes: reward * samples, passAtK: reward, retention: null };
    }
    const continued = sampled.slice(turn * samples, (turn + 1) * samples);
    const successes = continued.filter((rollout) => rollout.reward > 0).length;
    const saving = new Set(neededActions(task, trajectory.states[turn]));
    const kept = continued.filter((rollout) => saving.has(rollout.actions[turn])).length;
    return {
      ...point,
      successes,
      passAtK: passAtK(samples, successes, K),
      retention: potential > 0 ? kept / samples : null,
    };
  });
}

/** The steps of a rollout as tokens. */
export function stepsOf({ stepTokens }: Environment, { tokens, turnStarts }: Rollout): Step[] {
  return turnStarts.map((start) => tokens.slice(start, start + stepTokens));
}

/**
 * The actions that keep the reward within the fewest turns from `state`: with exactly that many turns left
 * Ψ stays 1 after them and falls to 0 after any other. Empty where the reward is out of reach.
 */
export function neededActions(task: Task, state: number): number[] {
  const automaton = task.automaton();
  const table = psiOf(task);
  let fewest = 0;
  while (fewest <= task.maxTurns && !table[fewest * automaton.states + state]) fewest++;
  if (fewest > task.maxTurns) return [];
  return Array.from({ length: automaton.actions }, (_, action) => action).filter((action) =>
    psiAfter(automaton, table, fewest, state, action),
  );
}

/** Steps [start, start + length) of a trajectory: the paper's [b, b + m). */
export interface Barrier {
  readonly start: number;
  readonly length: number;
}

/** Retention at or below which a step bars the unguided policy. */
export const BARRIER_RETENTION = 0.25;

/**
 * The barrier of a trajectory for the policy that made the continuations: from the first to the last step
 * at which its retention κ_t is at most 0.25, that is, where it seldom takes an action that exact Ψ calls
 * needed. Null when no step bars it. The interval moves and vanishes as the policy learns.
 */
export function barrierInterval(prefixes: readonly PrefixReach[]): Barrier | null {
  const barred = prefixes.filter(({ retention }) => retention !== null && retention <= BARRIER_RETENTION);
  if (barred.length === 0) return null;
  const start = barred[0].turn;
  return { start, length: barred[barred.length - 1].turn - start + 1 };
}
