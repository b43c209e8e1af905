import type { RunChange } from '../actguide/config.ts';
import { halfWidth, mean, meanInterval, variance, type Interval } from '../core/statistics.ts';

/** Why a claim does not hold here, or cannot be decided. */
export interface Investigation {
  /** The cause with its evidence: which of our runs show it. Stands beside the verdict. */
  readonly finding: string;
  /** A run in the lab that shows the cause, or a task to look at; null where neither does. */
  readonly tryIt: {
    /** What to watch there. */
    readonly watch: string;
    readonly settings: RunChange;
    /** Level of the task that the lab opens with. */
    readonly level?: number;
  } | null;
}

/** A claim of the paper, and how our data can bear it out. */
export interface Claim {
  readonly claim: string;
  /** What is computed, one value per seed or task. */
  readonly statistic: string;
  readonly per: 'seed' | 'task' | 'level';
  /** The claim holds when the whole interval lies on this side of the threshold. */
  readonly side: 'above' | 'below';
  readonly threshold: number;
  /** What the paper reports, in its own units; null where it gives no number. */
  readonly paper: string | null;
  /** Of a claim that did not hold at full scale, or was not decided. */
  readonly investigation?: Investigation;
}

/** A claim judged by our own data. */
export interface Verdict extends Claim {
  /** The data: one value per seed or task. */
  readonly values: readonly number[];
  /** Mean and 95 % interval of the values, see `meanInterval`. */
  readonly interval: Interval;
  /** (mean − threshold) / standard deviation; null for fewer than two values or none that differ. */
  readonly effectSize: number | null;
  readonly outcome: 'holds' | 'does not hold' | 'undecided';
  /** How many more values would probably decide it; null when it is decided or when more than 1000 would. */
  readonly needs: number | null;
}

/** Fewer values decide nothing. */
export const MIN_VALUES = 3;
const MOST_NEEDED = 1000;

/**
 * More values that would probably decide a claim: as many as it takes for the half width of the 95 % interval of their mean
 * to fall below the distance |mean − threshold|, should they spread as these do. At least up to {@link MIN_VALUES}; null
 * beyond 1000.
 */
export function furtherValues(values: readonly number[], threshold: number): number | null {
  const n = values.length;
  if (n < 2) return MIN_VALUES - n;
  const distance = Math.abs(mean(values) - threshold);
  const deviation = Math.sqrt((variance(values) * n) / (n - 1));
  for (let more = Math.max(1, MIN_VALUES - n); more <= MOST_NEEDED; more++)
    if ((halfWidth(n + more) * deviation) / Math.sqrt(n + more) <= distance) return more;
  return null;
}

/**
 * Judges a claim by the 95 % interval of the mean of its values against the threshold. An interval that
 * straddles it, or fewer than {@link MIN_VALUES} values, decides nothing. Values that are not finite are left out.
 */
export function verdict(claim: Claim, data: readonly number[]): Verdict {
  const values = data.filter(Number.isFinite);
  const { side, threshold } = claim;
  const interval = meanInterval(values);
  const enough = values.length >= MIN_VALUES;
  const holds = enough && (side === 'above' ? interval.low > threshold : interval.high < threshold);
  const fails = enough && (side === 'above' ? interval.high <= threshold : interval.low >= threshold);
  const outcome = holds ? 'holds' : fails ? 'does not hold' : 'undecided';
  const deviation = Math.sqrt((variance(values) * values.length) / (values.length - 1));
  return {
    ...claim,
    values,
    interval,
    effectSize: deviation > 0 ? (interval.mean - threshold) / deviation : null,
    outcome,
    needs: outcome === 'undecided' ? furtherValues(values, threshold) : null,
  };
}

/** Whether what stands beside a claim as its investigation concerns this outcome. */
export const isInvestigated = ({ outcome, investigation, values }: Verdict): boolean =>
  investigation !== undefined && outcome !== 'holds' && values.length > 0;

/** The outcome as people read it, with what an undecided claim still needs. */
export function outcomeInWords({ outcome, needs, per, values }: Verdict): string {
  if (outcome !== 'undecided') return outcome;
  if (values.length === 0) return 'undecided: no data yet';
  return `undecided: needs ${needs === null ? 'over 1000' : needs} more ${needs === 1 ? per : `${per}s`}`;
}
