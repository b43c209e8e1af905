import type { Action } from './types.ts';

/** Tokens of one agent step: tool, thought, argument. */
export const STEP_TOKENS = 3;

/**
 * The prompt under guidance g_k (Eq. 6): question, the plan's tools and arguments if any, `go`. Action data
 * carries no thoughts.
 */
export function guidedPrompt(
  question: readonly number[],
  plan: readonly Action[],
  marks: { readonly plan: number; readonly endPlan: number; readonly go: number },
): number[] {
  const guidance = plan.length
    ? [marks.plan, ...plan.flatMap(({ tool, argument }) => [tool, argument]), marks.endPlan]
    : [];
  return [...question, ...guidance, marks.go];
}
