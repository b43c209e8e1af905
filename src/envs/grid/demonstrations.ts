import type { Random } from '../../core/random.ts';
import { demonstrate, type Demonstration } from '../demonstration.ts';
import { gridDynamics } from './dynamics.ts';
import { expertSteps, promptTokens, questionTokens } from './guide.ts';
import { lockTable } from './locks.ts';
import { MAX_DOORS, drawPuzzle, type GridPuzzle } from './puzzle.ts';
import { actionIndex, keys, token } from './vocabulary.ts';

/**
 * What a base policy is pretrained on. It teaches to walk by headings, to copy a plan over one's own beliefs
 * and to go on alone when the plan ends; and it teaches that a key opens the door of its colour, which the RL
 * world then betrays.
 */
export interface GridMixture {
  /** Share of sequences without door and without plan. */
  readonly plainFraction: number;
  /** Most doors of the others; their number is uniform from 0. */
  readonly maxDoors: number;
  /** Share of the others that show a plan, of a length uniform in 0..L. */
  readonly planFraction: number;
  /** Probability that a key taken beyond the plan has the door's colour; else it is any key. */
  readonly confidence: number;
}

export const gridMixture: GridMixture = {
  plainFraction: 0.4,
  maxDoors: MAX_DOORS,
  planFraction: 0.85,
  confidence: 0.85,
};

/**
 * One successful expert episode of a grid in which every door opens with the key shown: any key where the
 * plan covers its taking, so that a plan is worth copying, and mostly the one of the door's colour beyond it.
 */
export function demonstration(random: Random, mixture = gridMixture): Demonstration {
  const plain = random.next() < mixture.plainFraction;
  const count = plain ? 0 : random.int(mixture.maxDoors + 1);
  const drawn = drawPuzzle(random, random.shuffle(lockTable).slice(0, count));
  const outline = expertSteps(drawn);
  const planned = !plain && random.next() < mixture.planFraction ? random.int(outline.length + 1) : 0;

  const takes = outline.flatMap(({ tool }, i) => (tool === token.take ? [i] : []));
  const puzzle: GridPuzzle = {
    ...drawn,
    doors: drawn.doors.map((door, j) => {
      const right =
        takes[j] >= planned && random.next() < mixture.confidence ? door.prior : random.pick(keys);
      return { ...door, right, changed: right !== door.prior };
    }),
  };
  const steps = expertSteps(puzzle);
  const prompt = promptTokens(questionTokens(puzzle), steps.slice(0, planned));
  return demonstrate(prompt, steps, gridDynamics('demonstration', puzzle), actionIndex);
}
