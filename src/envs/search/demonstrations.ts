import type { Random } from '../../core/random.ts';
import { demonstrate, type Demonstration, type ExpertStep } from '../demonstration.ts';
import type { PlanPlace } from '../prompt.ts';
import { aliasTable } from './aliases.ts';
import { strictRules, searchDynamics } from './dynamics.ts';
import { drawManners } from './manner.ts';
import { MAX_ALIASES, MAX_HOPS, drawPuzzle, expertSteps, promptTokens, questionTokens } from './puzzle.ts';
import type { SearchPuzzle } from './puzzle.ts';
import { actionIndex, entities, terms, token } from './vocabulary.ts';

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
  /** How plans are shown, equally often; see {@link GuidancePlace}. */
  readonly places: readonly GuidancePlace[];
  /** Manners in every thought, as in the world that the policy is for. */
  readonly manners: number;
  /**
   * Probability that a query that the plan covers is first asked wrongly, which is not learned: the page closes, and
   * the expert goes back to it and follows the plan from there. Teaches a guided policy to recover; beyond the plan
   * it would teach to try another query than the prior, and take the barrier away.
   */
  readonly slips: number;
  /**
   * Probability that the first query beyond the plan finds nothing and the expert gives up: it answers any entity, and
   * both are learned. Makes a base policy that stops early, where the usual one asks until its turns are over; none if
   * left out.
   */
  readonly quits?: number;
}

/**
 * Where guidance stands: in the query; behind `go`, as if the agent had said it; or carried out, as turns without
 * thought that are in the history already.
 */
export const guidancePlaces = ['query', 'assistant', 'messages'] as const satisfies readonly (
  PlanPlace | 'messages'
)[];
export type GuidancePlace = (typeof guidancePlaces)[number];

export const pretrainingMixture: DemonstrationMixture = {
  plainFraction: 0.4,
  maxAliases: MAX_ALIASES,
  planFraction: 0.85,
  confidence: 0.85,
  places: ['query'],
  manners: 0,
  slips: 0,
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
  const place = mixture.places.length > 1 ? random.pick(mixture.places) : mixture.places[0];
  // The answer cannot be in the history of an episode that goes on.
  const levels = place === 'messages' ? hops + m + 1 : hops + m + 2;
  const planned = !plain && random.next() < mixture.planFraction ? random.int(levels) : 0;

  // The queries are steps gateHop+1 .. gateHop+m of the expert.
  const covered = planned - (drawn.gateHop + 1);
  const quitsAt = drawQuit(random, Math.max(0, covered), m, mixture.quits);
  const puzzle: SearchPuzzle = {
    ...drawn,
    aliases: drawn.aliases.map((alias, j) => {
      if (j === quitsAt) {
        const right = random.pick(terms.filter((term) => term !== alias.prior));
        return { ...alias, right, stale: true };
      }
      const right = j >= covered && random.next() < mixture.confidence ? alias.prior : random.pick(terms);
      return { ...alias, right, stale: right !== alias.prior };
    }),
  };

  const { manners } = mixture;
  const question = questionTokens(puzzle);
  const world = searchDynamics('demonstration', puzzle, strictRules);
  const way = expertSteps(puzzle);
  const outline = quitsAt < 0 ? way : givenUp(random, puzzle, way, quitsAt);
  const silence = { thought: token.silent, manners: Array<number>(manners).fill(token.silent) };
  const steps = outline.map((step, i): ExpertStep => {
    if (place === 'messages' && i < planned) return { ...step, ...silence, given: true };
    return { ...step, manners: drawManners(random, place !== 'messages' && i < planned, manners) };
  });
  const shown = place === 'messages' ? [] : outline.slice(0, planned);
  const prompt = promptTokens(question, shown, place === 'assistant' ? place : 'query');
  const slipping = mixture.slips > 0 && place !== 'messages';
  return demonstrate(
    prompt,
    slipping ? withSlips(random, steps, planned, drawn.gateHop, mixture.slips) : steps,
    world,
    actionIndex,
  );
}

/** Alias at whose query the expert gives up: the first beyond the plan, or −1. */
function drawQuit(random: Random, first: number, aliases: number, probability = 0): number {
  return probability > 0 && first < aliases && random.next() < probability ? first : -1;
}

/** The expert's way up to an alias, the usual query, which finds nothing there, and an answer that is no more than a guess. */
function givenUp(
  random: Random,
  { gateHop, aliases, path }: SearchPuzzle,
  way: readonly ExpertStep[],
  alias: number,
): ExpertStep[] {
  const query = gateHop + 1 + alias;
  const guess = random.pick(entities.filter((entity) => entity !== path[path.length - 1]));
  return [
    ...way.slice(0, query),
    { ...way[query], argument: aliases[alias].prior },
    { tool: token.answer, thought: token.stuck, argument: guess },
  ];
}

/** Puts a wrong query, and the way back to it, before queries among the first `planned` steps. */
function withSlips(
  random: Random,
  steps: readonly ExpertStep[],
  planned: number,
  gateVisit: number,
  probability: number,
): ExpertStep[] {
  return steps.flatMap((step, i) => {
    if (step.tool !== token.search || i >= planned || random.next() >= probability) return [step];
    const wrong = random.pick(terms.filter((term) => term !== step.argument));
    return [{ ...step, argument: wrong, given: true }, ...steps.slice(gateVisit, i + 1)];
  });
}
