import type { RunConfig, StepMetrics, Success } from '../actguide/config.ts';
import type { TrainerCheckpoint } from '../actguide/trainer.ts';
import type { PolicyConfig } from '../policy/types.ts';

/** A run as it is listed: everything but its step metrics and weights. */
export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly notes: string;
  readonly starred: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly config: RunConfig;
  /** Names of the world's levels, in the order of every `levels` array. */
  readonly levels: readonly string[];
  /** The GPU it ran on, in words. */
  readonly adapter: string;
  /** Evaluation of the base policy, before the first step; null while it is not made. */
  readonly start: Success | null;
  readonly stepsDone: number;
  /** Steps behind the kept weights; null when none are kept. */
  readonly checkpointStep: number | null;
}

/** Step metrics in order: entry i is step i. */
export type RunSteps = readonly StepMetrics[];

/** The policy that a run started from. */
export interface RunBase {
  readonly config: PolicyConfig;
  readonly parameters: Float32Array;
  /** What its file said besides, as how it was pretrained; runs kept by earlier versions have none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** All that a run needs to go on bit for bit: where it started from and where it is. */
export interface RunCheckpoint {
  readonly base: RunBase;
  readonly trainer: TrainerCheckpoint;
}

/** A run as it leaves or enters the store. */
export interface StoredRun {
  readonly run: RunSummary;
  readonly steps: RunSteps;
  readonly checkpoint: RunCheckpoint | null;
}

/** What a person may change about a kept run. */
export type RunLabels = Partial<Pick<RunSummary, 'name' | 'notes' | 'starred'>>;

export interface StorageUse {
  /** Bytes of the lab's runs and of everything else this origin keeps, as the browser estimates them. */
  readonly usedBytes: number;
  /** What the browser lets this origin have. */
  readonly quotaBytes: number;
}
