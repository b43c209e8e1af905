import type { RunConfig, StepMetrics, Success } from '../actguide/config.ts';
import type { GroupView, GuidanceCurve, SearchView } from './inspection.ts';
import type { BarrierView, TaskView, TrajectoryView, WorldView } from './protocol.ts';

/** A run as it was: what the lab draws, step by step. */
export interface RecordedRun {
  readonly name: string;
  readonly config: RunConfig;
  /** The base policy, before the first step. */
  readonly start: Success;
  readonly steps: readonly StepMetrics[];
}

/** A query of the plan under the weights of a frame. */
export interface RecordedQuery {
  readonly turn: number;
  readonly word: string;
  /** Probability with the plan in the prompt, and without it. */
  readonly guided: number;
  readonly unguided: number;
}

/** The hard task under the weights of one moment of the run. */
export interface RecordedFrame {
  /** Training steps done. */
  readonly step: number;
  readonly barrier: BarrierView;
  /** One sampled trajectory without a plan. */
  readonly unguided: TrajectoryView;
  /** The queries of the plan, in order, along the guided trajectory. */
  readonly queries: readonly RecordedQuery[];
}

/** Unguided tries of the base policy on the hard task. */
export interface RecordedTries {
  readonly tries: number;
  readonly successes: number;
  /** How many opened exactly 0, 1, 2, … aliases in a row. */
  readonly opened: readonly number[];
}

/** A recorded lesson: real runs of this code, made by `scripts/record.js`. */
export interface Recording {
  readonly format: 1;
  readonly provenance: {
    readonly command: string;
    readonly commit: string;
    readonly adapter: string;
    readonly createdAt: string;
    readonly parameters: number;
  };
  readonly world: WorldView;
  readonly runs: {
    readonly actguide: RecordedRun;
    readonly grpo: RecordedRun;
    /** The whole plan, always: no fallback, no search. */
    readonly wholePlan: RecordedRun;
  };
  readonly easy: { readonly task: TaskView; readonly trajectory: TrajectoryView };
  readonly hard: {
    readonly task: TaskView;
    /** The base policy with the whole plan in the prompt. */
    readonly guided: TrajectoryView;
    readonly tries: RecordedTries;
    readonly curve: GuidanceCurve;
  };
  /** The search for k* in ActGuide's first step, and what it made of the group. */
  readonly search: { readonly group: GroupView; readonly search: SearchView };
  /** A group of GRPO's first step in which every rollout failed. */
  readonly failed: GroupView;
  readonly frames: readonly RecordedFrame[];
}
