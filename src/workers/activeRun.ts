import type { Trainer } from '../actguide/trainer.ts';
import { errorView } from './errors.ts';
import type { TrainerEvent } from './protocol.ts';
import { StepProgress } from './stepProgress.ts';

/** What a run needs of the session around it. */
export interface RunHost {
  emit(event: TrainerEvent): void;
  /** Runs GPU work when it is its turn. */
  exclusive<R>(work: () => Promise<R>): Promise<R>;
  /** Whether the policy is still on a GPU. */
  alive(): boolean;
  /** Bytes of GPU buffers alive now. */
  gpuBytes(): number;
}

/** Parameters up to which the weights of before a step are kept, so that its update can be inspected. */
const INSPECTABLE = 1_000_000;

/** A run in progress: steps, pauses, and ends. */
export class ActiveRun {
  /** Resolves when the run has reported its end. */
  ended: Promise<void> = Promise.resolve();
  /** Parameters before the last step; null before the first, and of a policy too large to keep twice. */
  before: Float32Array | null = null;
  private readonly abort = new AbortController();
  /** Steps it may still take before it pauses: 0, 1 or Infinity. */
  private allowed: number;
  private wake: () => void = () => undefined;

  constructor(
    readonly trainer: Trainer,
    private readonly host: RunHost,
    allowed: number,
  ) {
    this.allowed = allowed;
  }

  start(): void {
    this.ended = this.train();
  }

  /** Lets it take this many more steps. */
  allow(steps: number): void {
    this.allowed = steps;
    if (steps > 0) this.wake();
  }

  /** Ends it: a step that still samples is dropped. */
  cancel(): void {
    this.abort.abort();
    this.wake();
  }

  /** Steps until the run ends, pausing where it was told to. */
  private async train(): Promise<void> {
    const { trainer, host } = this;
    const { signal } = this.abort;
    try {
      if (trainer.stepsDone === 0) await host.exclusive(() => this.evaluateStart());
      while (!signal.aborted && !trainer.finished)
        if (this.allowed > 0) {
          this.allowed--;
          await host.exclusive(() => this.oneStep());
        } else await this.wait();
    } catch (error) {
      const view = errorView(error);
      // What an abort interrupts is no error.
      if (!signal.aborted)
        host.emit({ type: view.kind === 'deviceLost' ? 'deviceLost' : 'error', error: view });
    }
    // A lost device has its own event, which says what to do.
    if (host.alive()) host.emit({ type: trainer.finished ? 'done' : 'stopped', step: trainer.stepsDone });
  }

  private async wait(): Promise<void> {
    this.host.emit({ type: 'paused', step: this.trainer.stepsDone });
    await new Promise<void>((resolve) => (this.wake = resolve));
    if (!this.abort.signal.aborted) this.host.emit({ type: 'resumed', step: this.trainer.stepsDone });
  }

  /** Where the curves begin: the base policy on the held-out tasks. */
  private async evaluateStart(): Promise<void> {
    const { signal } = this.abort;
    const onProgress = (done: number, total: number) =>
      this.host.emit({ type: 'progress', step: 0, phase: 'evaluate', done, total });
    const success = await this.trainer.evaluate({ onProgress, signal });
    this.host.emit({ type: 'evaluation', step: 0, success });
  }

  private async oneStep(): Promise<void> {
    const { trainer, host } = this;
    const { signal } = this.abort;
    signal.throwIfAborted();
    const progress = new StepProgress((phase, done, total) =>
      host.emit({ type: 'progress', step: trainer.stepsDone, phase, done, total }),
    );
    const before = await trainer.policy.parameters();
    const metrics = await trainer.step({ onProgress: progress.report, signal });
    this.before = before.length <= INSPECTABLE ? before : null;
    const step = trainer.stepsDone;
    host.emit({ type: 'step', step, metrics, gpuBytes: host.gpuBytes() });
    if (metrics.success) host.emit({ type: 'evaluation', step, success: metrics.success });
  }
}
