import type { BenchRecord, SuiteName } from '../bench/record.ts';
import type { BenchSize } from '../bench/sizes.ts';
import type { BenchHeader } from '../bench/suites.ts';
import type { ErrorView } from './protocol.ts';

/** What a person asks to be measured. */
export interface BenchmarkRequest {
  readonly suites: readonly SuiteName[];
  /** Turns every case is timed; the median counts. */
  readonly turns: number;
  readonly size: BenchSize;
  /** Of weights, data and draws. */
  readonly seed: number;
}

/** What the benchmark tells the page. */
export type BenchmarkEvent =
  | { readonly type: 'header'; readonly header: BenchHeader }
  | {
      readonly type: 'progress';
      readonly suite: SuiteName;
      /** The case it is at, in words. */
      readonly what: string;
      /** Turns of this case that are timed, of so many; below zero while it runs first and compiles. */
      readonly done: number;
      readonly of: number;
    }
  | { readonly type: 'record'; readonly record: BenchRecord }
  | { readonly type: 'done' }
  | { readonly type: 'error'; readonly error: ErrorView };

export type BenchmarkListener = (events: readonly BenchmarkEvent[]) => void;

/** The worker that measures our own kernels on this machine. To stop it, end the worker: its device goes with it. */
export interface BenchmarkApi {
  connect(listener: BenchmarkListener): Promise<void>;
  /**
   * Measures suite after suite and resolves when all are done or one failed; the listener hears which.
   * @throws InputError for an unknown suite or size, or turns out of range.
   */
  start(request: BenchmarkRequest, modelsUrl: string): Promise<void>;
}
