import type { ExpertStep } from '../demonstration.ts';
import { STEP_TOKENS, guidedPrompt, type PlanPlace } from '../prompt.ts';
import type { Action } from '../types.ts';
import { view } from './dynamics.ts';
import { beside } from './plane.ts';
import { MAX_DOORS, MAX_LEGS, MAX_PLAN, type GridPuzzle } from './puzzle.ts';
import { directions, token, words } from './vocabulary.ts';

/**
 * The shortest way to the goal: along the route, taking each door's key at its board.
 * L = cells behind the start + doors. The expert thinks of the door when it handles a key; of a move it thinks
 * `turn` when it begins with the next heading and `ahead` otherwise.
 */
export function expertSteps({ route, headings, doors }: GridPuzzle): ExpertStep[] {
  const steps: ExpertStep[] = [];
  let legs = 0;
  for (let i = 0; i + 1 < route.length; i++) {
    const around = beside(route[i]);
    for (const { board, door, right } of doors)
      if (around.includes(board)) steps.push({ tool: token.take, thought: door, argument: right });
    const heading = directions[around.indexOf(route[i + 1])];
    const turns = legs === 0 || heading !== headings[legs - 1];
    if (turns) legs++;
    const ahead = doors.find(({ cell }) => cell === route[i + 1]);
    if (ahead) steps.push({ tool: token.open, thought: ahead.door, argument: heading });
    else steps.push({ tool: token.move, thought: turns ? token.turn : token.ahead, argument: heading });
  }
  return steps;
}

/** Prompt tokens before the plan: `<bos> grid heading… door… north east south west`, the last four a view. */
export function questionTokens(puzzle: GridPuzzle): number[] {
  const { route, headings, doors } = puzzle;
  return [token.bos, token.grid, ...headings, ...doors.map(({ door }) => door), ...view(puzzle, route[0], 0)];
}

/** The prompt under guidance g_k (Eq. 6). */
export const promptTokens = (
  question: readonly number[],
  plan: readonly Action[],
  place?: PlanPlace,
): number[] => guidedPrompt(question, plan, token, place);

/** Tokens of a reply: one for each direction. */
export const VIEW_TOKENS = 4;

/**
 * Most tokens an episode can have: the longest prompt under the whole plan, then turns that each show a view,
 * the last without a reply. 13 turns give 124.
 */
export function longestEpisode(maxTurns: number): number {
  const prompt = 2 + MAX_LEGS + MAX_DOORS + VIEW_TOKENS + (2 + 2 * MAX_PLAN) + 1;
  return prompt + (maxTurns - 1) * (STEP_TOKENS + VIEW_TOKENS) + STEP_TOKENS;
}

/** The task in English. */
export function describe({ headings, doors }: GridPuzzle): string {
  const way = headings.map((heading) => words[heading]).join(', then ');
  const colours = doors.map(({ prior }) => words[prior]);
  const last = colours.pop();
  if (last === undefined) return `Go ${way} to the goal.`;
  const list = colours.length ? `${colours.join(', ')} and ${last} doors` : `${last} door`;
  return `Go ${way} through the ${list} to the goal.`;
}
