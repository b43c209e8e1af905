import type { Random } from '../core/random.ts';
import type { Demonstration } from '../envs/demonstration.ts';
import { Episode } from '../envs/episode.ts';
import type { Automaton, Environment, Task } from '../envs/types.ts';

/** An episode of the expert: unguided prompt, its steps with their thoughts, and the replies. */
export interface ExpertEpisode extends Demonstration {
  readonly reward: number;
  readonly turns: number;
}

/**
 * The expert that demonstrations are sampled from. It knows the plan and what to think at each of its steps, but
 * slips: with probability 1 − skill a step has the tool's wrong argument, drawn uniformly. It then goes on from the
 * furthest step of the plan that still leads to the reward; where none does, the episode has failed.
 */
export function expertEpisode(
  environment: Environment,
  task: Task,
  random: Random,
  skill: number,
): ExpertEpisode {
  const automaton = task.automaton();
  const plan = task.plan.map(({ tool, argument }) => environment.actionIndex([tool, argument]));
  const episode = new Episode(automaton, task.maxTurns);
  const tokens = environment.prompt(task, []);
  const own: number[] = [];
  while (!episode.done) {
    const at = furthest(automaton, episode.state, plan);
    if (at < 0) break;
    const { tool } = task.plan[at];
    const slips = environment.actions.filter((action, i) => action.tool === tool && i !== plan[at]);
    const slip = random.next() >= skill && slips.length > 0;
    const { argument } = slip ? random.pick(slips) : task.plan[at];
    const step = [tool, ...task.expertThoughts[at], argument];
    own.push(...step.map((_, j) => tokens.length + j));
    tokens.push(...step, ...episode.step(environment.actionIndex(step)));
  }
  const weights = new Float32Array(tokens.length);
  for (const position of own) weights[position - 1] = 1;
  return { tokens, weights, reward: episode.reward, turns: episode.turn };
}

/** Last step of the plan from which on it leads to the reward; −1 when none does. */
function furthest(automaton: Automaton, from: number, plan: readonly number[]): number {
  for (let at = plan.length - 1; at >= 0; at--) {
    let state = from;
    for (const action of plan.slice(at)) {
      const row = state * automaton.actions + action;
      if (automaton.reward[row] > 0) return at;
      state = automaton.next[row];
    }
  }
  return -1;
}
