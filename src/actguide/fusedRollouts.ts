import { LabError } from '../core/errors.ts';
import { actionWords, automatonWords, longestReply } from '../envs/gpuTables.ts';
import type { Automaton, Environment } from '../envs/types.ts';
import type { LanguageModel, SampledEpisode, TableEpisode, TableEpisodes } from '../policy/types.ts';
import type { Growing } from './growing.ts';
import type { RolloutOptions } from './rollout.ts';

/** The step table of each environment, by vocabulary. */
const steps = new WeakMap<Environment, Map<number, Uint32Array>>();

/**
 * Plays unfinished rollouts to their ends with policy, sampling and environment on the GPU: what comes back are the
 * sampled tokens, and the same steps taken in TypeScript give the rest.
 * @throws LabError when the model cannot, or the environment is no table of first and last tokens.
 */
export async function playWhole(
  model: LanguageModel,
  environment: Environment,
  open: readonly Growing[],
  { seed, temperature, signal }: Pick<RolloutOptions, 'seed' | 'temperature' | 'signal'>,
): Promise<void> {
  const { episodes: sampler, config } = model;
  if (!sampler)
    throw new LabError(
      `rollouts: expected a model that samples whole episodes, got ${config.name} without. Leave fused out.`,
    );
  const batch = tableEpisodes(environment, open, config.vocabulary);
  const sampled = await sampler.sample(batch, { seed, temperature, signal });
  open.forEach((growing, i) => replay(growing, sampled[i], environment));
}

/** The open episodes with their tables; automata and openings that several share are there once. */
function tableEpisodes(
  environment: Environment,
  open: readonly Growing[],
  vocabulary: number,
): TableEpisodes {
  const parts = [stepTable(environment, vocabulary)];
  let end = parts[0].length;
  const startOf = new Map<Automaton, number>();
  const indexOf = new Map<string, number>();
  const openings: number[][] = [];
  const episodes = open.map((growing): TableEpisode => {
    const { automaton, state, turn, request } = growing;
    let start = startOf.get(automaton);
    if (start === undefined) {
      const words = automatonWords(automaton);
      startOf.set(automaton, (start = end));
      parts.push(words);
      end += words.length;
    }
    const tokens = growing.feed();
    const key = tokens.join();
    const opening = indexOf.get(key) ?? openings.push(tokens) - 1;
    indexOf.set(key, opening);
    return {
      stream: request.stream,
      opening,
      automaton: start,
      state,
      turn,
      maxTurns: request.task.maxTurns,
      longestReply: longestReply(automaton),
    };
  });
  const tables = new Uint32Array(end);
  let at = 0;
  for (const part of parts) {
    tables.set(part, at);
    at += part.length;
  }
  const { stepTokens } = environment;
  return { tables, actions: open[0].automaton.actions, stepTokens, openings, episodes };
}

function stepTable(environment: Environment, vocabulary: number): Uint32Array {
  const known = steps.get(environment) ?? new Map<number, Uint32Array>();
  steps.set(environment, known);
  const table = known.get(vocabulary) ?? actionWords(environment, vocabulary);
  known.set(vocabulary, table);
  return table;
}

/** Takes the sampled steps in TypeScript, which must end where the GPU did. */
function replay(growing: Growing, sampled: SampledEpisode, environment: Environment): void {
  const { tokens, logProb, entropy } = sampled;
  for (let start = 0; start < tokens.length && !growing.over; start += environment.stepTokens) {
    growing.feed();
    const range = [start, start + environment.stepTokens] as const;
    growing.take(tokens.subarray(...range), logProb.subarray(...range), entropy.subarray(...range));
  }
  const { turn, state, over, request } = growing;
  if (!over || turn !== sampled.turns || state !== sampled.state)
    throw new LabError(
      `rollouts: expected ${request.task.id} to end in state ${sampled.state} after ${sampled.turns} turns as on the GPU, ` +
        `got state ${state} after ${turn}. Actions of ${environment.name} must depend on a step's first and last tokens alone; ` +
        'if they do, sample with fused: false and report this.',
    );
}
