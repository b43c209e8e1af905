import type { RunConfig } from '../actguide/config.ts';
import { releaseDecoders } from '../actguide/decoders.ts';
import type { Trainer } from '../actguide/trainer.ts';
import { InputError } from '../core/errors.ts';
import { searchWorld } from '../envs/search/world.ts';
import { Gpu } from '../kernels/gpu.ts';
import { createTrainer } from '../methods/index.ts';
import { GpuPolicy } from '../policy/gpuPolicy.ts';
import { exportOnnx } from '../policy/onnx/exportOnnx.ts';
import { importOnnx, type ImportedPolicy } from '../policy/onnx/importOnnx.ts';
import { requireKnownShape } from '../policy/knownShape.ts';
import { parameterLayout } from '../policy/parameters.ts';
import type { PolicySize } from '../policy/types.ts';
import { errorView } from './errors.ts';
import { fetchModel } from './models.ts';
import { Outbox } from './outbox.ts';
import { profileTask, sampleTrajectory, taskView, worldView } from './probing.ts';
import type {
  BarrierRequest,
  BarrierView,
  LoadedPolicy,
  TaskRef,
  TaskView,
  TrainerApi,
  TrainerEvent,
  TrainerListener,
  TrajectoryRequest,
  TrajectoryView,
} from './protocol.ts';
import { StepProgress } from './stepProgress.ts';

/** A shipped policy on the GPU. */
interface Base {
  readonly imported: ImportedPolicy;
  readonly policy: GpuPolicy;
  readonly loaded: LoadedPolicy;
  /** Whether a run has changed its weights. */
  trained: boolean;
}

/** A run in progress. `steps` is how many it may still take before it pauses: 0, 1 or Infinity. */
interface Run {
  readonly trainer: Trainer;
  readonly abort: AbortController;
  steps: number;
  wake: () => void;
  /** Resolves when the run has reported its end. */
  ended: Promise<void>;
}

/** The trainer behind the worker boundary: one GPU, one policy, at most one run; GPU work never overlaps. */
export class TrainerSession implements TrainerApi {
  private readonly world = searchWorld();
  private outbox: Outbox | undefined;
  private gpu: Gpu | undefined;
  private base: Base | undefined;
  private run: Run | undefined;
  /** Tail of the queue of GPU work: training steps and probes take turns. */
  private queue: Promise<unknown> = Promise.resolve();

  connect(listener: TrainerListener): Promise<void> {
    this.outbox = new Outbox(listener);
    return Promise.resolve();
  }

  load(size: PolicySize, modelsUrl: string): Promise<LoadedPolicy> {
    return this.replaceBase('shipped', `Loading the base policy ${size}`, () => fetchModel(size, modelsUrl));
  }

  loadFile(bytes: Uint8Array): Promise<LoadedPolicy> {
    return this.replaceBase('file', 'Reading the policy file', () => Promise.resolve(bytes));
  }

  async start(config: RunConfig, paused: boolean): Promise<void> {
    await this.stop();
    const trainer = await this.exclusive(() => {
      const base = this.requireBase();
      if (base.imported.config.name !== config.policy)
        throw new InputError(
          `start: expected policy ${base.imported.config.name}, which is loaded, got ${config.policy}. Load it first.`,
        );
      // A run starts from the shipped weights, whatever an earlier run left behind.
      if (base.trained) {
        this.release();
        this.base = this.place(this.requireGpu(), base.imported, base.loaded.origin);
      }
      const fresh = this.requireBase();
      fresh.trained = true;
      return Promise.resolve(createTrainer(fresh.policy, this.world, config));
    });
    const run: Run = {
      trainer,
      abort: new AbortController(),
      steps: paused ? 1 : Infinity,
      wake: () => undefined,
      ended: Promise.resolve(),
    };
    this.run = run;
    this.emit({ type: 'started', config });
    run.ended = this.train(run);
  }

  pause(): Promise<void> {
    if (this.run) this.run.steps = 0;
    return Promise.resolve();
  }

  resume(): Promise<void> {
    return this.allow(Infinity);
  }

  step(): Promise<void> {
    return this.allow(1);
  }

  async stop(): Promise<void> {
    const { run } = this;
    if (!run) return;
    run.abort.abort();
    run.wake();
    await run.ended;
  }

  task(ref: TaskRef): Promise<TaskView> {
    return Promise.resolve(taskView(this.world, ref));
  }

  trajectory(request: TrajectoryRequest): Promise<TrajectoryView> {
    return this.exclusive(() =>
      sampleTrajectory(this.requireBase().policy, this.world, request, this.stepsDone),
    );
  }

  barrierProfile(request: BarrierRequest): Promise<BarrierView> {
    return this.exclusive(() =>
      profileTask(this.requireBase().policy, this.world, request, this.stepsDone, (fraction) =>
        this.emit({ type: 'barrierProgress', fraction }),
      ),
    );
  }

  exportOnnx(): Promise<Uint8Array> {
    return this.exclusive(async () => {
      const { imported, policy } = this.requireBase();
      return exportOnnx(imported.config, await policy.parameters(), {
        ...imported.metadata,
        ...(this.run && this.base?.trained
          ? { run: JSON.stringify(this.run.trainer.config), step: String(this.stepsDone) }
          : {}),
      });
    });
  }

  /** Steps until the run ends, pausing where it was told to. */
  private async train(run: Run): Promise<void> {
    const { trainer, abort } = run;
    const { signal } = abort;
    try {
      await this.exclusive(() => this.evaluateStart(run));
      while (!signal.aborted && !trainer.finished)
        if (run.steps > 0) {
          run.steps--;
          await this.exclusive(() => this.oneStep(run));
        } else await this.wait(run);
    } catch (error) {
      const view = errorView(error);
      // What an abort interrupts is no error.
      if (!signal.aborted)
        this.emit(
          view.kind === 'deviceLost' ? { type: 'deviceLost', error: view } : { type: 'error', error: view },
        );
    }
    // A lost device has its own event, which says what to do.
    if (this.base) this.emit({ type: trainer.finished ? 'done' : 'stopped', step: trainer.stepsDone });
  }

  private async wait(run: Run): Promise<void> {
    this.emit({ type: 'paused', step: run.trainer.stepsDone });
    await new Promise<void>((resolve) => (run.wake = resolve));
    if (!run.abort.signal.aborted) this.emit({ type: 'resumed', step: run.trainer.stepsDone });
  }

  /** Where the curves begin: the base policy on the held-out tasks. */
  private async evaluateStart({ trainer, abort: { signal } }: Run): Promise<void> {
    const onProgress = (done: number, total: number) =>
      this.emit({ type: 'progress', step: 0, phase: 'evaluate', done, total });
    const success = await trainer.evaluate({ onProgress, signal });
    this.emit({ type: 'evaluation', step: 0, success });
  }

  private async oneStep({ trainer, abort: { signal } }: Run): Promise<void> {
    signal.throwIfAborted();
    const progress = new StepProgress((phase, done, total) =>
      this.emit({ type: 'progress', step: trainer.stepsDone, phase, done, total }),
    );
    const metrics = await trainer.step({ onProgress: progress.report, signal });
    const step = trainer.stepsDone;
    this.emit({ type: 'step', step, metrics });
    if (metrics.success) this.emit({ type: 'evaluation', step, success: metrics.success });
  }

  private allow(steps: number): Promise<void> {
    if (this.run) {
      this.run.steps = steps;
      this.run.wake();
    }
    return Promise.resolve();
  }

  /** Runs `work` after everything queued before it, whether that succeeded or not. */
  private exclusive<R>(work: () => Promise<R>): Promise<R> {
    const result = this.queue.then(work, work);
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** Ends a run and puts another policy in place; one that cannot be read leaves everything as it was. */
  private async replaceBase(
    origin: LoadedPolicy['origin'],
    what: string,
    bytes: () => Promise<Uint8Array>,
  ): Promise<LoadedPolicy> {
    await this.stop();
    return this.exclusive(async () => {
      this.emit({ type: 'loading', what: 'Asking for the GPU' });
      this.gpu ??= await this.acquire();
      this.emit({ type: 'loading', what });
      try {
        const imported = importOnnx(await bytes());
        requireKnownShape(imported.config);
        this.release();
        this.base = this.place(this.gpu, imported, origin);
        this.run = undefined;
      } finally {
        if (this.base) this.emit({ type: 'ready', loaded: this.base.loaded });
      }
      return this.base.loaded;
    });
  }

  private async acquire(): Promise<Gpu> {
    const gpu = await Gpu.acquire(navigator.gpu);
    void gpu.device.lost.then(({ reason, message }) => {
      if (this.gpu !== gpu) return;
      this.gpu = undefined;
      this.base = undefined;
      this.run?.abort.abort();
      this.run?.wake();
      const lost = `webgpu: the GPU device was lost (${reason}: ${message}). Reload the page to start again.`;
      this.emit({ type: 'deviceLost', error: { kind: 'deviceLost', message: lost } });
    });
    return gpu;
  }

  private place(gpu: Gpu, imported: ImportedPolicy, origin: LoadedPolicy['origin']): Base {
    const { config, parameters } = imported;
    const policy = GpuPolicy.create(gpu, config, parameters);
    const count = parameterLayout(config).count;
    const loaded = {
      adapter: gpu.adapter,
      policy: config,
      origin,
      parameters: count,
      world: worldView(this.world),
    };
    return { imported, policy, loaded, trained: false };
  }

  private release(): void {
    if (!this.base) return;
    releaseDecoders(this.base.policy);
    this.base.policy.destroy();
    this.base = undefined;
  }

  private get stepsDone(): number {
    return this.base?.trained ? (this.run?.trainer.stepsDone ?? 0) : 0;
  }

  private requireBase(): Base {
    if (!this.base) throw new InputError('trainer: expected a loaded policy, found none. Load one first.');
    return this.base;
  }

  private requireGpu(): Gpu {
    if (!this.gpu) throw new InputError('trainer: expected a GPU, found none. Reload the page.');
    return this.gpu;
  }

  private emit(event: TrainerEvent): void {
    this.outbox?.push(event);
  }
}
