import { carryOut } from '../actguide/actionData.ts';
import { outcomeOf, outcomes } from '../actguide/outcomes.ts';
import { neededActions, passAtK } from '../actguide/reachability.ts';
import { rollouts, type Rollout, type RolloutRequest, type Step } from '../actguide/rollout.ts';
import { roles, stream } from '../actguide/streams.ts';
import { InputError } from '../core/errors.ts';
import { wilsonInterval } from '../core/statistics.ts';
import { psiOf, turnsToReward, uniformValue } from '../envs/reachability.ts';
import type { SearchTask, SearchWorld } from '../envs/search/world.ts';
import type { LanguageModel } from '../policy/types.ts';
import type { ExactView, RerollRequest, RerollView } from './handsOn.ts';
import { taskOf, turnViews } from './probing.ts';
import { actionsInWords } from './words.ts';

/** Most continuations at once: what a stop loses. */
const BATCH = 32;
/** K of the pass@K that are estimated. */
const PASS_K = [1, 8, 32, 128];
export const MAX_SAMPLES = 128;

interface Observer {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

/**
 * Samples K continuations of a task from a state of a trajectory. When `signal` stops it, those of complete batches count.
 * step: training steps behind the weights.
 * @throws InputError when the episode is over at that state, or K is out of range.
 */
export async function rerolled(
  model: LanguageModel,
  world: SearchWorld,
  request: RerollRequest,
  step: number,
  { signal, onProgress }: Observer,
): Promise<RerollView> {
  const { samples, seed } = request;
  if (!Number.isInteger(samples) || samples < 1 || samples > MAX_SAMPLES)
    throw new InputError(`reroll: expected 1 to ${MAX_SAMPLES} continuations, got ${samples}. Take fewer.`);
  const task = taskOf(world, request.task);
  const plan = request.plan.map((action) => world.parseAction(action));
  const prefix = request.turns.map(({ tool, thought, argument }) =>
    tokensOf(world, `${tool} ${thought} ${argument}`),
  );
  const turn = prefix.length;
  const exact = exactView(world, task, prefix);
  const sampled: Rollout[] = [];
  try {
    while (sampled.length < samples) {
      const first = sampled.length;
      const requests = Array.from({ length: Math.min(BATCH, samples - first) }, (_, i): RolloutRequest => ({
        task,
        plan,
        prefix,
        stream: stream(turn, roles.continuation, task.key, first + i),
      }));
      const done = await rollouts(model, world, requests, {
        seed,
        temperature: 1,
        signal,
        onProgress: (finished) => onProgress(first + finished),
      });
      sampled.push(...done);
    }
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
  const ended = sampled.map(outcomeOf);
  const successes = ended.filter((outcome) => outcome === 'right').length;
  const { low, high } = wilsonInterval(successes, sampled.length);
  return {
    taskId: task.id,
    step,
    policy: model.config.name,
    turn,
    plan: actionsInWords(world, plan),
    requested: samples,
    samples: sampled.length,
    successes,
    interval: { low, high },
    passAtK: PASS_K.filter((k) => k <= sampled.length).map((k) => ({
      k,
      value: passAtK(sampled.length, successes, k),
    })),
    outcomes: outcomes.map((outcome) => ({ outcome, count: ended.filter((o) => o === outcome).length })),
    exact,
    returned: sampled.map((rollout, i) => ({
      outcome: ended[i],
      turns: turnViews(world, rollout).slice(turn),
    })),
  };
}

/** @throws InputError naming a word that the world does not have. */
function tokensOf({ words }: SearchWorld, text: string): Step {
  return text.split(' ').map((word) => {
    const token = words.indexOf(word);
    if (token < 0) throw new InputError(`reroll: expected words of the world, got "${word.slice(0, 40)}".`);
    return token;
  });
}

/** The tables' word on the state that the steps lead to. @throws InputError when the episode is over there. */
export function exactView(world: SearchWorld, task: SearchTask, prefix: readonly Step[]): ExactView {
  const taken = prefix.map((step) => ({ tool: step[0], argument: step[step.length - 1] }));
  const { done, turnsLeft, states } = carryOut(world, task, taken);
  if (done)
    throw new InputError(
      `reroll: expected a state from which the episode goes on, got its end after ${states.length - 1} turns. ` +
        'Choose an earlier turn.',
    );
  const automaton = task.automaton();
  const state = states[states.length - 1];
  const fewest = turnsToReward(automaton)[state];
  const at = turnsLeft * automaton.states + state;
  return {
    turnsLeft,
    psi: psiOf(task)[at],
    fewest: fewest <= turnsLeft ? fewest : null,
    needed:
      fewest <= turnsLeft
        ? actionsInWords(
            world,
            neededActions(task, state).map((action) => world.actions[action]),
          )
        : [],
    uniform: uniformValue(automaton, task.maxTurns)[at],
  };
}
