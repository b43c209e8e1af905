import type { Random } from '../../core/random.ts';
import { demonstrate, type Demonstration } from '../demonstration.ts';
import { aliasTable } from './aliases.ts';
import { strictRules, searchDynamics } from './dynamics.ts';
import { MAX_ALIASES, MAX_HOPS, drawPuzzle, expertSteps, promptTokens, questionTokens } from './puzzle.ts';
import type { SearchPuzzle } from './puzzle.ts';
import { actionIndex, terms } from './vocabulary.ts';

/**
 * What a base policy is pretrained on. It teaches to follow links, to copy a plan over one's own beliefs and
 * to go on alone when the plan ends; and it teaches beliefs about aliases that the RL world then betrays.
 */
export interface DemonstrationMixture {
  /** Share of sequences without alias and without plan. */
  readonly plainFraction: number;
  /** Most aliases of the others; their number is uniform from 0. */
  readonly maxAliases: number;
  /** Share of the others that show a plan, of a length uniform in 0..L. */
  readonly planFraction: number;
  /** Probability that a query beyond the plan is the alias's prior term; else it is any term. */
  readonly confidence: number;
}

export const pretrainingMixture: DemonstrationMixture = {
  plainFraction: 0.4,
  maxAliases: MAX_ALIASES,
  planFraction: 0.85,
  confidence: 0.85,
};

/**
 * One successful expert episode of a puzzle in which every alias opens with the query shown: any term where
 * the plan covers the query, so that a plan is worth copying, and mostly the prior term beyond it.
 */
export function demonstration(random: Random, mixture = pretrainingMixture): Demonstration {
  const plain = random.next() < mixture.plainFraction;
  const hops = 1 + random.int(MAX_HOPS);
  const m = plain ? 0 : random.int(mixture.maxAliases + 1);
  const drawn = drawPuzzle(random, hops, random.shuffle(aliasTable).slice(0, m));
  const planned = !plain && random.next() < mixture.planFraction ? random.int(hops + m + 2) : 0;

  // The queries are steps gateHop+1 .. gateHop+m of the expert.
  const covered = planned - (drawn.gateHop + 1);
  const puzzle: SearchPuzzle = {
    ...drawn,
    aliases: drawn.aliases.map((alias, j) => {
      const right = j >= covered && random.next() < mixture.confidence ? alias.prior : random.pick(terms);
      return { ...alias, right, stale: right !== alias.prior };
    }),
  };

  const steps = expertSteps(puzzle);
  const prompt = promptTokens(questionTokens(puzzle), steps.slice(0, planned));
  return demonstrate(prompt, steps, searchDynamics('demonstration', puzzle, strictRules), actionIndex);
}
