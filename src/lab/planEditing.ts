/** A plan under a person's hands: actions in words, of which the first `cut` are shown to the agent. */
export interface PlanDraft {
  readonly actions: readonly string[];
  readonly cut: number;
}

/** Actions of a plan as a person writes it, in the places where the world's own reader ends them. */
export const planActions = (text: string): string[] =>
  text
    .split(/[,;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** The plan cut after `cut` actions, at most all of them. */
export const cutAt = ({ actions }: PlanDraft, cut: number): PlanDraft => ({
  actions,
  cut: Math.max(0, Math.min(cut, actions.length)),
});

export const replaceAction = ({ actions, cut }: PlanDraft, at: number, action: string): PlanDraft => ({
  actions: actions.with(at, action),
  cut,
});

/** A cut behind the deleted action stays between the same neighbours. */
export const deleteAction = ({ actions, cut }: PlanDraft, at: number): PlanDraft => ({
  actions: actions.toSpliced(at, 1),
  cut: at < cut ? cut - 1 : cut,
});

/** What is inserted before the cut, or at it, is shown. */
export const insertAction = ({ actions, cut }: PlanDraft, at: number, action: string): PlanDraft => ({
  actions: actions.toSpliced(at, 0, action),
  cut: at <= cut ? cut + 1 : cut,
});

/** A plan that grew by one action somewhere: the cut stays between the same neighbours, or takes in what is new there. */
export function grownTo({ actions, cut }: PlanDraft, grown: readonly string[]): PlanDraft {
  const place = grown.findIndex((action, i) => action !== actions[i]);
  return { actions: grown, cut: place <= cut ? cut + grown.length - actions.length : cut };
}

/** A box of the page, in pixels. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** How many of the actions, set in rows from left to right, lie before a point: where a cut dragged there falls. */
export function cutUnder(boxes: readonly Box[], x: number, y: number): number {
  return boxes.filter(({ left, right, top, bottom }) => y > bottom || (y >= top && x > (left + right) / 2))
    .length;
}

/** A tool and its argument, as an action is spelled. */
export const partsOf = (action: string): { tool: string; argument: string } => {
  const [tool = '', argument = ''] = action.split(' ');
  return { tool, argument };
};
