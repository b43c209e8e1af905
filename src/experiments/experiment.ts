import type { RunConfig } from '../actguide/config.ts';
import { bootstrapMean, type Interval } from '../core/statistics.ts';
import type { Environment } from '../envs/types.ts';
import type { TrainablePolicy } from '../policy/types.ts';

/** What an experiment gets to work with. */
export interface ExperimentContext {
  readonly environment: Environment;
  /** A fresh copy of the base policy; the experiment destroys it. */
  readonly policy: () => Promise<TrainablePolicy>;
  /** Settings every training run of the experiment starts from; the experiment varies the rest. */
  readonly run: RunConfig;
  readonly seeds: readonly number[];
  /** Fewer tasks and steps: for a look, not for a verdict. */
  readonly quick: boolean;
  readonly signal?: AbortSignal;
}

/** Something finished: shown as progress, and kept as it comes. */
export interface ExperimentProgress {
  readonly done: number;
  readonly total: number;
  /** Readable: what has just finished. */
  readonly note: string;
  /** One record for the data file, where something was measured. */
  readonly record?: object;
}

/** A claim of the paper against our own data. */
export interface Verdict {
  readonly claim: string;
  /** What was computed. */
  readonly statistic: string;
  /** Mean and 95 % bootstrap interval of the statistic. */
  readonly interval: Interval;
  /** The claim holds when the whole interval lies above (or below) this. */
  readonly threshold: number;
  readonly outcome: 'holds' | 'does not hold' | 'undecided';
}

/** A figure or table of the paper: how it is made and how its claims are judged. */
export interface Experiment<Result extends object = object> {
  readonly name: string;
  readonly title: string;
  run(context: ExperimentContext): AsyncGenerator<ExperimentProgress, Result>;
  judge(result: Result): Verdict[];
}

/**
 * Judges a claim by values of its statistic (one per seed or task): the 95 % bootstrap interval of their mean
 * against a threshold. An interval that straddles it, or fewer than two values, decides nothing.
 */
export function verdict(
  claim: string,
  statistic: string,
  values: readonly number[],
  side: 'above' | 'below',
  threshold: number,
): Verdict {
  const interval = bootstrapMean(values);
  const { low, high } = interval;
  const enough = values.length > 1;
  const holds = enough && (side === 'above' ? low > threshold : high < threshold);
  const fails = enough && (side === 'above' ? high <= threshold : low >= threshold);
  return {
    claim,
    statistic,
    interval,
    threshold,
    outcome: holds ? 'holds' : fails ? 'does not hold' : 'undecided',
  };
}
