import type { BarrierView } from '../workers/protocol.ts';

export interface Interval {
  /** First token, and one past the last: edges of bars. */
  readonly from: number;
  readonly to: number;
}

/** The barrier's turns as a range of tokens; undefined where the task has none. */
export function barrierTokens({ tokens, barrier }: BarrierView): Interval | undefined {
  if (!barrier) return undefined;
  const inside = tokens.flatMap(({ turn }, i) => (turn >= barrier[0] && turn <= barrier[1] ? [i] : []));
  return inside.length > 0 ? { from: inside[0], to: inside[inside.length - 1] + 1 } : undefined;
}

/** First token of a turn, or one past the last token. */
export function turnStart({ tokens }: BarrierView, turn: number): number {
  const found = tokens.findIndex((token) => token.turn >= turn);
  return found < 0 ? tokens.length : found;
}

export interface BarrierSummary {
  /** Mean |ΔLogit| at the query tokens inside the barrier and at every other token; NaN where there is none. */
  readonly inside: number;
  readonly elsewhere: number;
  /** pass@K before the barrier's first turn and after its last. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** The two numbers Figure 3 is about, on either side of the barrier. */
export function summarize(view: BarrierView): BarrierSummary {
  const { barrier, tokens, prefixes } = view;
  const isInside = (i: number): boolean =>
    barrier !== null &&
    tokens[i].role === 'argument' &&
    tokens[i].turn >= barrier[0] &&
    tokens[i].turn <= barrier[1];
  const mean = (wanted: boolean): number => {
    const values = tokens.flatMap(({ deltaLogit }, i) => (isInside(i) === wanted ? [deltaLogit] : []));
    return values.reduce((a, b) => a + b, 0) / values.length;
  };
  return {
    inside: mean(true),
    elsewhere: mean(false),
    before: barrier ? prefixes.find(({ turns }) => turns === barrier[0])?.passAtK : prefixes[0]?.passAtK,
    after: barrier ? prefixes.find(({ turns }) => turns === barrier[1] + 1)?.passAtK : undefined,
  };
}
