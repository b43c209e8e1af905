import type { Action } from './types.ts';

/** Tokens of one agent step: tool, thought, argument. */
export const STEP_TOKENS = 3;

/**
 * Where a plan stands: in the query, before `go`, as ActGuide has it; or behind `go`, where the agent's own words
 * begin, as a prefix that it seems to have said itself.
 */
export type PlanPlace = 'query' | 'assistant';

/**
 * The prompt under guidance g_k (Eq. 6): question, the plan's tools and arguments if any, `go`. Action data
 * carries no thoughts.
 */
export function guidedPrompt(
  question: readonly number[],
  plan: readonly Action[],
  marks: { readonly plan: number; readonly endPlan: number; readonly go: number },
  place: PlanPlace = 'query',
): number[] {
  const guidance = plan.length
    ? [marks.plan, ...plan.flatMap(({ tool, argument }) => [tool, argument]), marks.endPlan]
    : [];
  return place === 'query' ? [...question, ...guidance, marks.go] : [...question, marks.go, ...guidance];
}
