import { Random } from '../core/random.ts';
import type { Action, Automaton, Environment, Task } from '../envs/types.ts';
import { roles } from './streams.ts';

/**
 * The task with irrelevant actions inserted into its plan (the paper's Table 5), a function of (seed, task).
 *
 * Irrelevant is an action that is not in the plan and costs a turn at most: what is left of the plan still earns
 * the reward after it. Places and actions are drawn uniformly among those. L · share / (1 − share) are inserted,
 * rounded up or down at random so that `share` of the noisy plan is noise in expectation; fewer where nothing is
 * irrelevant. `expertThoughts` stay those of the clean plan.
 * share: in [0, 1); 0 gives the task itself.
 */
export function withActionNoise(environment: Environment, task: Task, share: number, seed: number): Task {
  if (share === 0) return task;
  const random = new Random(seed).fork(roles.noise).fork(task.key);
  const missing = Math.floor((task.plan.length * share) / (1 - share) + random.next());
  return { ...task, plan: insertNoise(environment, task, task.plan, missing, random) };
}

/**
 * A plan with up to `count` irrelevant actions in it, as {@link withActionNoise} says; fewer, or none, where nothing is
 * irrelevant, as in a plan that does not earn the reward by itself.
 */
export function insertNoise(
  environment: Environment,
  task: Task,
  clean: readonly Action[],
  count: number,
  random: Random,
): Action[] {
  const planned = new Set(clean.map((action) => numberOf(environment, action)));
  const irrelevant = environment.actions.map((_, number) => number).filter((number) => !planned.has(number));
  const plan = [...clean];
  // What made a failing plan earn the reward would be no noise.
  if (!earns(task.automaton(), task.automaton().start, numbersOf(environment, plan))) return plan;
  for (let missing = count; missing > 0; missing--) {
    const choices = harmless(task.automaton(), numbersOf(environment, plan), irrelevant);
    if (choices.length === 0) break;
    const { place, action } = random.pick(choices);
    plan.splice(place, 0, environment.actions[action]);
  }
  return plan;
}

/** Places of the plan and actions before them after which the rest of the plan still earns the reward. */
function harmless(automaton: Automaton, plan: readonly number[], actions: readonly number[]) {
  const choices: { place: number; action: number }[] = [];
  let state = automaton.start;
  plan.forEach((next, place) => {
    for (const action of actions)
      if (earns(automaton, state, [action, ...plan.slice(place)])) choices.push({ place, action });
    state = automaton.next[state * automaton.actions + next];
  });
  return choices;
}

/** Whether these actions, one after another, end in the reward. */
function earns(automaton: Automaton, start: number, actions: readonly number[]): boolean {
  let state = start;
  return actions.some((action) => {
    const row = state * automaton.actions + action;
    state = automaton.next[row];
    return automaton.reward[row] > 0;
  });
}

const numberOf = (environment: Environment, { tool, argument }: Action): number =>
  environment.actionIndex([tool, argument]);

const numbersOf = (environment: Environment, plan: readonly Action[]): number[] =>
  plan.map((action) => numberOf(environment, action));
