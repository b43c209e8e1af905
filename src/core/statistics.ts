import { Random } from './random.ts';

/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Population variance (divides by n); NaN of nothing. */
export function variance(values: ArrayLike<number>): number {
  const center = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - center) ** 2;
  return sum / values.length;
}

/** Linear-interpolation quantile of unsorted values, q in [0, 1]; NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at));
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Mean with a percentile-bootstrap interval: resamples the values with replacement. Deterministic in `seed`.
 * One value gives a degenerate interval: it says nothing about spread.
 */
export function bootstrapMean(
  values: readonly number[],
  { level = 0.95, resamples = 2000, seed = 1 }: { level?: number; resamples?: number; seed?: number } = {},
): Interval {
  const random = new Random(seed);
  const means = Array.from({ length: resamples }, () => mean(values.map(() => random.pick(values))));
  const tail = (1 - level) / 2;
  return { mean: mean(values), low: quantile(means, tail), high: quantile(means, 1 - tail) };
}

/** 97.5 % quantiles of Student's t for 1, 2, … 8 degrees of freedom. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306];
/** Values from which on the percentile bootstrap is wide enough. */
const BOOTSTRAP_FROM = 10;

/** Half the width of the 95 % interval of a mean of n ≥ 2 values, in standard errors s/√n, s² dividing by n − 1. */
export const halfWidth = (n: number): number => (n < BOOTSTRAP_FROM ? STUDENT[n - 2] : 1.96);

/**
 * Mean with a 95 % interval: the percentile bootstrap from ten values on, Student's t below. Of few values the bootstrap
 * is too narrow: of three it is their range, which excludes the true mean in one of four cases. One value gives a
 * degenerate interval.
 */
export function meanInterval(values: readonly number[]): Interval {
  const n = values.length;
  if (n < 2 || n >= BOOTSTRAP_FROM) return bootstrapMean(values);
  const center = mean(values);
  const half = halfWidth(n) * Math.sqrt(variance(values) / (n - 1));
  return { mean: center, low: center - half, high: center + half };
}

/**
 * Wilson score interval of a success rate (Wilson, 1927): of the probabilities under which `successes` of `trials`
 * lie within z standard errors; 95 % for the default z. Nothing tried gives [0, 1].
 */
export function wilsonInterval(successes: number, trials: number, z = 1.959964): Interval {
  if (trials === 0) return { mean: NaN, low: 0, high: 1 };
  const rate = successes / trials;
  const spread = z ** 2 / trials;
  const centre = (rate + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((rate * (1 - rate)) / trials + spread / (4 * trials));
  // At the ends rounding would leave a trace of the other side.
  const low = successes === 0 ? 0 : centre - half;
  return { mean: rate, low, high: successes === trials ? 1 : centre + half };
}
