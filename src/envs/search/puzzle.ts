import type { Random } from '../../core/random.ts';
import type { ExpertStep } from '../demonstration.ts';
import { STEP_TOKENS, guidedPrompt, type PlanPlace } from '../prompt.ts';
import type { Action } from '../types.ts';
import type { Alias } from './aliases.ts';
import { entities, relations, token, words } from './vocabulary.ts';

export const MAX_HOPS = 3;
export const MAX_ALIASES = 4;
/** L of the longest plan: a visit per hop, a query per alias, the answer. */
export const MAX_PLAN = MAX_HOPS + MAX_ALIASES + 1;
/** Links on a page: the one to follow and two that lead nowhere. */
const LINKS = 3;

export interface Link {
  readonly relation: number;
  readonly entity: number;
}

/** A question and the pages behind it. All numbers but the hops are token ids. */
export interface SearchPuzzle {
  /** The entity the question starts from: path[0]. */
  readonly start: number;
  /** [hops] The relations to follow, all different. */
  readonly relations: readonly number[];
  /** [hops + 1] Entities along the relations; the last is the answer. */
  readonly path: readonly number[];
  /** [hops] Links of page path[h], in the order shown; only one leads on. */
  readonly links: readonly (readonly Link[])[];
  /** Hop whose page hides behind the aliases; -1 if none does. */
  readonly gateHop: number;
  /** To be opened one after another. */
  readonly aliases: readonly Alias[];
}

/**
 * A random puzzle. The entities beside the path never lie on it, so no link is a way round an alias.
 */
export function drawPuzzle(random: Random, hops: number, aliases: readonly Alias[]): SearchPuzzle {
  const shuffled = random.shuffle(entities);
  const path = shuffled.slice(0, hops + 1);
  const others = shuffled.slice(hops + 1);
  const followed = random.shuffle(relations).slice(0, hops);
  const gateHop = aliases.length ? random.int(hops) : -1;
  const links = followed.map((relation, h) => {
    const decoyRelations = random.shuffle(relations.filter((r) => r !== relation));
    const decoys = random.shuffle(others).slice(0, LINKS - 1);
    return random.shuffle([
      { relation, entity: path[h + 1] },
      ...decoys.map((entity, i) => ({ relation: decoyRelations[i], entity })),
    ]);
  });
  return { start: path[0], relations: followed, path, links, gateHop, aliases };
}

/** The shortest way to the reward: visit each page, open its aliases, answer. L = hops + aliases + 1. */
export function expertSteps(puzzle: SearchPuzzle): ExpertStep[] {
  const { relations: followed, path, gateHop, aliases } = puzzle;
  const hops = followed.length;
  const arrivedBy = (h: number) => (h === 0 ? token.start : followed[h - 1]);
  const steps: ExpertStep[] = [];
  for (let h = 0; h < hops; h++) {
    steps.push({ tool: token.visit, thought: arrivedBy(h), argument: path[h] });
    if (h === gateHop)
      steps.push(
        ...aliases.map(({ right }) => ({ tool: token.search, thought: token.stuck, argument: right })),
      );
  }
  steps.push({ tool: token.answer, thought: arrivedBy(hops), argument: path[hops] });
  return steps;
}

/** Prompt tokens before the plan: `<bos> question start relation…`. */
export function questionTokens(puzzle: SearchPuzzle): number[] {
  return [token.bos, token.question, puzzle.start, ...puzzle.relations];
}

/** The prompt under guidance g_k (Eq. 6). */
export const promptTokens = (
  question: readonly number[],
  plan: readonly Action[],
  place?: PlanPlace,
): number[] => guidedPrompt(question, plan, token, place);

/**
 * Most tokens an episode can have: the longest prompt under the whole plan, then turns that each show a
 * whole page, the last without a reply. 16 turns give 193 and 32 give 369, so they fit a context of 384
 * by construction.
 */
export function longestEpisode(maxTurns: number, stepTokens = STEP_TOKENS): number {
  const prompt = 2 + 1 + MAX_HOPS + (2 + 2 * MAX_PLAN) + 1;
  const page = 2 + 2 * LINKS;
  return prompt + (maxTurns - 1) * (stepTokens + page) + stepTokens;
}

/** The question in English. */
export function describe(puzzle: SearchPuzzle): string {
  const chain = puzzle.relations.toReversed().map((relation) => `the ${words[relation]} of `);
  return `Who is ${chain.join('')}${words[puzzle.start]}?`;
}
