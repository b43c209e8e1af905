import type { GuidancePoint } from '../../workers/inspection.ts';
import type { TrajectoryView } from '../../workers/protocol.ts';
import type { RecordedQuery } from '../../workers/recording.ts';

/** Probability that all queries come out right in a row, without a plan. */
export const chanceOfAll = (queries: readonly RecordedQuery[]): number =>
  queries.reduce((product, { unguided }) => product * unguided, 1);

/** Chance of at least one success in n independent tries of probability p. */
export const chanceInTries = (p: number, n: number): number => -Math.expm1(n * Math.log1p(-p));

/** Mean |ΔLogit| of a trajectory by what the word is for. */
export function meanShiftOf({ tokens, turns }: TrajectoryView): {
  visits: number;
  queries: number;
  thoughts: number;
} {
  const mean = (wanted: (index: number) => boolean): number => {
    const values = tokens.flatMap(({ deltaLogit }, i) => (wanted(i) ? [deltaLogit] : []));
    return values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  };
  const argumentOf = (tool: string) => (i: number) =>
    tokens[i].role === 'argument' && turns[tokens[i].turn].tool === tool;
  return {
    visits: mean(argumentOf('visit')),
    queries: mean(argumentOf('search')),
    thoughts: mean((i) => tokens[i].role === 'thought'),
  };
}

/** A guidance level with its benefit and utility (Eq. 7, 9). */
export interface Utility extends GuidancePoint {
  readonly success: number;
  /** B_k = log(M_k / M_0), nats; success is estimated as (s + ½) / (n + 1), which keeps it finite. */
  readonly benefit: number;
  /** J_k = B_k − λ R_k */
  readonly utility: number;
}

/** Benefit and utility of every level under a weight λ of the risk. */
export function utilities(points: readonly GuidancePoint[], lambda: number): Utility[] {
  const mass = ({ successes, samples }: GuidancePoint): number => (successes + 0.5) / (samples + 1);
  return points.map((point) => {
    const benefit = Math.log(mass(point) / mass(points[0]));
    return {
      ...point,
      success: point.successes / point.samples,
      benefit,
      utility: benefit - lambda * point.risk,
    };
  });
}

/** The level of the highest utility; the lowest of equals. */
export const bestLevel = (levels: readonly Utility[]): number =>
  levels.reduce((best, level) => (level.utility > best.utility ? level : best), levels[0]).k;
