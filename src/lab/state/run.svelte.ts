import type { RunConfig, StepMetrics, Success } from '../../actguide/config.ts';
import { errorView } from '../../workers/errors.ts';
import type { ErrorView, LoadedPolicy, StepPhase, TrainerEvent } from '../../workers/protocol.ts';
import { remainingMs, type Evaluation } from '../series.ts';

export type RunStatus =
  'loading' | 'idle' | 'starting' | 'running' | 'pausing' | 'paused' | 'stopping' | 'done' | 'failed';

export interface StepProgress {
  readonly step: number;
  readonly phase: StepPhase;
  /** Rollouts of the phase. */
  readonly done: number;
  readonly total: number;
}

/** The current run as its worker reports it. */
export class Run {
  status = $state<RunStatus>('loading');
  loadingWhat = $state('Starting the trainer');
  loaded = $state.raw<LoadedPolicy | undefined>();
  /** The config of the run on screen; undefined before the first. */
  config = $state.raw<RunConfig | undefined>();
  metrics = $state.raw<readonly StepMetrics[]>([]);
  evaluations = $state.raw<readonly Evaluation[]>([]);
  /** Of its GPU buffers: the most they will take, and what they took after the last step. */
  plannedBytes = $state<number | undefined>();
  gpuBytes = $state<number | undefined>();
  progress = $state.raw<StepProgress | undefined>();
  error = $state.raw<ErrorView | undefined>();

  readonly stepsDone = $derived(this.metrics.length);
  /** A run exists that has not ended. */
  readonly busy = $derived(['starting', 'running', 'pausing', 'paused', 'stopping'].includes(this.status));
  readonly levelNames = $derived(this.loaded?.world.levels.map(({ name }) => name) ?? []);
  /** Last step of the x axes. */
  readonly xMax = $derived(this.config?.steps ?? 64);
  readonly fraction = $derived(this.config ? this.stepsDone / this.config.steps : 0);
  readonly remaining = $derived(this.config ? remainingMs(this.metrics, this.config.steps) : null);

  /** A call to the trainer failed: says why and leaves the page usable where it can be. */
  fail(error: unknown): void {
    this.error = errorView(error);
    this.status = this.loaded ? 'done' : 'failed';
  }

  /** Curves of a run so far. */
  recall(start: Success | null, steps: readonly StepMetrics[]): void {
    this.metrics = steps;
    this.evaluations = [
      ...(start ? [{ step: 0, success: start }] : []),
      ...steps.flatMap(({ step, success }) => (success ? [{ step: step + 1, success }] : [])),
    ];
  }

  apply(event: TrainerEvent): void {
    switch (event.type) {
      case 'loading':
        this.status = 'loading';
        this.loadingWhat = event.what;
        return;
      case 'ready':
        this.loaded = event.loaded;
        this.status = 'idle';
        // Other weights are in place: the curves on the screen would not be theirs. The library keeps the run.
        this.config = undefined;
        this.recall(null, []);
        return;
      case 'started':
        this.config = event.config;
        this.plannedBytes = event.plannedBytes;
        // A run that goes on keeps what was recalled of it.
        if (event.step === 0) this.recall(null, []);
        this.progress = undefined;
        this.error = undefined;
        this.status = 'running';
        return;
      case 'progress':
        this.progress = event;
        return;
      case 'step':
        this.metrics = [...this.metrics, event.metrics];
        this.gpuBytes = event.gpuBytes;
        this.progress = undefined;
        return;
      case 'evaluation':
        this.evaluations = [...this.evaluations, { step: event.step, success: event.success }];
        return;
      case 'paused':
        this.status = 'paused';
        return;
      case 'resumed':
        this.status = 'running';
        return;
      case 'stopped':
      case 'done':
        this.status = 'done';
        this.progress = undefined;
        return;
      case 'error':
        this.error = event.error;
        this.status = this.loaded ? 'done' : 'failed';
        return;
      case 'deviceLost':
        this.error = event.error;
        this.status = 'failed';
        return;
      case 'barrierProgress':
        return;
    }
    event satisfies never;
  }
}
