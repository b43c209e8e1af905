import { LabError } from '../core/errors.ts';
import type { Automaton, Environment } from './types.ts';

/** Top bit of a transition's next state: the episode is over there. */
const OVER = 2 ** 31;

const flat = new WeakMap<Automaton, Uint32Array>();

/**
 * An automaton as u32 words that a kernel walks: [states, actions, 2], the next state, its top bit set where it is a
 * done one, and the word of the reply; then the distinct replies, each its length and its tokens. Rewards stay out:
 * what the states and actions were tells them. Kept with the automaton.
 * @throws LabError when a state's number needs the top bit.
 */
export function automatonWords(automaton: Automaton): Uint32Array {
  const known = flat.get(automaton);
  if (known) return known;
  const { states, next, observation, observations, done } = automaton;
  if (states > OVER)
    throw new LabError(`automatonWords: expected at most ${OVER} states, got ${states}. Lower the cap.`);
  let end = 2 * next.length;
  const replyAt = observations.map((tokens) => {
    const at = end;
    end += 1 + tokens.length;
    return at;
  });
  const words = new Uint32Array(end);
  next.forEach((state, entry) => {
    words[2 * entry] = state + (done[state] ? OVER : 0);
    words[2 * entry + 1] = replyAt[observation[entry]];
  });
  observations.forEach((tokens, i) => words.set([tokens.length, ...tokens], replyAt[i]));
  flat.set(automaton, words);
  return words;
}

/** Tokens of the longest reply. */
export function longestReply({ observations }: Automaton): number {
  return observations.reduce((longest, tokens) => Math.max(longest, tokens.length), 0);
}

/**
 * [V, V] u32: the automaton action of a step by its first token (tool) and its last (argument), as
 * `environment.actionIndex` has it; thoughts between them play no part in it.
 */
export function actionWords(environment: Environment, vocabulary: number): Uint32Array {
  const { stepTokens } = environment;
  const step = new Array<number>(stepTokens).fill(0);
  const words = new Uint32Array(vocabulary * vocabulary);
  for (let tool = 0; tool < vocabulary; tool++)
    for (let argument = 0; argument < vocabulary; argument++) {
      step[0] = tool;
      step[stepTokens - 1] = argument;
      words[tool * vocabulary + argument] = environment.actionIndex(step);
    }
  return words;
}
