import type { Timing } from './measure.ts';
import type { BenchSize } from './sizes.ts';

export const suiteNames = [
  'ceilings',
  'train',
  'sample',
  'products',
  'kernels',
  'actguide',
  'scaling',
  'memory',
] as const;
export type SuiteName = (typeof suiteNames)[number];

/** One measured case of one contender; a JSON line of `npm run bench -- --json`. */
export interface BenchRecord extends Partial<Timing> {
  readonly suite: SuiteName;
  readonly contender: string;
  readonly backend: string;
  /** What was varied: batch, context, layout, … */
  readonly at: Readonly<Record<string, number | string>>;
  /** The first run, compilation included. */
  readonly firstMs?: number;
  /** Most bytes of GPU buffers alive at once. */
  readonly peakBytes?: number;
  /** 10⁹ operations a second, a multiplication and an addition counted as two. */
  readonly gflops?: number;
  /** 10⁹ bytes a second, read and written. */
  readonly gbps?: number;
  /** max |loss − our loss| over the first updates. */
  readonly lossGap?: number;
  /** Why nothing was measured. */
  readonly absent?: string;
}

export interface BenchSettings {
  /** Turns a task is timed; the median is reported. */
  readonly turns: number;
  readonly size: BenchSize;
  readonly seed: number;
  /** Batches of `train` and `kernels`, sequences of `sample`, batches and sequences of `scaling`, in place of their own. */
  readonly batches?: readonly number[];
  /** Curves of `scaling`, in place of all. */
  readonly curves?: readonly Curve[];
  /** Told before every turn what is measured, how many turns are timed so far, and of how many; {@link WARMING} before what is not timed. */
  readonly watch?: (what: string, done: number, of: number) => void;
}

/** In place of the turns done: first runs, which compile. */
export const WARMING = -1;

/** What hears of the turns of one case; for `interleave`. */
export const watched =
  ({ watch, turns }: BenchSettings, what: string, of = turns) =>
  (done: number): void =>
    watch?.(what, done, of);

export const curveNames = ['batch', 'context', 'size', 'group'] as const;
export type Curve = (typeof curveNames)[number];
