import type { PolicySize } from '../policy/types.ts';
import type { OwnResult } from '../storage/index.ts';
import type { ErrorView } from './protocol.ts';

/** How much of an item a person asks for. */
export interface ReproductionScale {
  /** The shipped base policy. */
  readonly policy: PolicySize;
  /** The first seed, and how many are counted up from it. */
  readonly seed: number;
  readonly seeds: number;
  /** Fewer tasks and steps: for a look, not for a verdict. */
  readonly quick: boolean;
}

/** What a reproduction tells the page. */
export type ReproductionEvent =
  | { readonly type: 'loading'; readonly what: string }
  | {
      readonly type: 'progress';
      /** The run it is at, in words. */
      readonly unit: string;
      /** Of all that has to be run, 0..1. */
      readonly share: number;
      /** Runs made since the start, of those that had to be. */
      readonly made: number;
      readonly toMake: number;
      readonly elapsedMs: number;
    }
  /** What the runs kept so far say. */
  | { readonly type: 'result'; readonly own: OwnResult }
  /** Nothing can be kept in this browser, and why. */
  | { readonly type: 'notKept'; readonly message: string }
  | { readonly type: 'done' }
  | { readonly type: 'stopped' }
  | { readonly type: 'error'; readonly error: ErrorView };

export type ReproductionListener = (events: readonly ReproductionEvent[]) => void;

/** The worker that makes items of the paper again. */
export interface ReproductionApi {
  connect(listener: ReproductionListener): Promise<void>;
  /**
   * Runs what an item lacks at this scale and resolves when it has ended, however that came about; a run under way is
   * stopped first. Every run is kept as it ends, so the next start goes on where this one stopped.
   * @throws InputError for an unknown item or a scale out of range.
   */
  start(item: string, scale: ReproductionScale, modelsUrl: string): Promise<void>;
  /** Ends it: the run it is at is dropped, those before are kept. */
  stop(): Promise<void>;
}
