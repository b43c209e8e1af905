import * as Comlink from 'comlink';
import { rolloutLine } from '../actguide/actionData.ts';
import type { RunConfig } from '../actguide/config.ts';
import { runWork } from '../actguide/runMemory.ts';
import { InputError } from '../core/errors.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { createTrainer } from '../methods/index.ts';
import { mannersOf, requireManners } from '../methods/manners.ts';
import type { GpuPolicy } from '../policy/gpuPolicy.ts';
import { exportOnnx } from '../policy/onnx/exportOnnx.ts';
import { importOnnx, type ImportedPolicy } from '../policy/onnx/importOnnx.ts';
import { requireKnownShape } from '../policy/knownShape.ts';
import { requireMemory } from '../policy/memoryPlan.ts';
import type { PolicySize } from '../policy/types.ts';
import type { RunBase, RunCheckpoint } from '../storage/index.ts';
import { acquireGpu } from './acquireGpu.ts';
import { ActiveRun } from './activeRun.ts';
import { tokenAnatomy } from './anatomy.ts';
import { fetchModel } from './models.ts';
import { Outbox } from './outbox.ts';
import { ProbeSession } from './probeSession.ts';
import { worldView } from './probing.ts';
import type { GroupRef } from './inspection.ts';
import type { LoadedPolicy, TrainerApi, TrainerEvent, TrainerListener, WorldOptions } from './protocol.ts';
import { placePolicy, releasePolicy, withWeights, type PlacedPolicy } from './placedPolicy.ts';
import { requireWorld } from './requireWorld.ts';
import { inspected, stepView } from './stepView.ts';
import { tokenViews } from './tokens.ts';

/** The trainer behind the worker boundary: one GPU, one policy, at most one run; GPU work never overlaps. */
export class TrainerSession extends ProbeSession implements TrainerApi {
  private outbox: Outbox<TrainerEvent> | undefined;
  private gpu: Gpu | undefined;
  private base: PlacedPolicy | undefined;
  private run: ActiveRun | undefined;

  async connect(listener: TrainerListener): Promise<void> {
    this.outbox = new Outbox(listener);
  }

  load(size: PolicySize, modelsUrl: string): Promise<LoadedPolicy> {
    return this.replaceBase('shipped', `Loading the base policy ${size}`, () => fetchModel(size, modelsUrl));
  }

  loadFile(bytes: Uint8Array): Promise<LoadedPolicy> {
    return this.replaceBase('file', 'Reading the policy file', () => Promise.resolve(bytes));
  }

  async setWorld(options: WorldOptions): Promise<LoadedPolicy> {
    await this.stop();
    return this.exclusive(async () => {
      const { imported, loaded } = this.requireBase();
      return this.place(imported, loaded.origin, options);
    });
  }

  async loadKept(
    { config, parameters, metadata = {} }: RunBase,
    options: WorldOptions,
  ): Promise<LoadedPolicy> {
    await this.stop();
    return this.exclusive(async () => {
      this.gpu ??= await this.acquire();
      return this.place({ config, parameters: new Float32Array(parameters), metadata }, 'kept', options);
    });
  }

  async start(config: RunConfig, paused: boolean): Promise<void> {
    await this.stop();
    await this.exclusive(async () => this.begin(config, paused ? 1 : Infinity));
  }

  async resumeRun(config: RunConfig, checkpoint: RunCheckpoint['trainer']): Promise<void> {
    await this.stop();
    await this.exclusive(async () => this.begin(config, 0, checkpoint));
  }

  async pause(): Promise<void> {
    this.run?.allow(0);
  }

  async resume(): Promise<void> {
    this.run?.allow(Infinity);
  }

  async step(): Promise<void> {
    this.run?.allow(1);
  }

  async stop(): Promise<void> {
    this.run?.cancel();
    await this.run?.ended;
  }

  async lastStep() {
    const { trainer } = this.run ?? {};
    return trainer?.lastStep ? stepView(this.world, trainer.lastStep, trainer.stepsDone) : null;
  }

  async lastActions() {
    const groups = this.run?.trainer.lastStep?.groups ?? [];
    return groups.flatMap(({ rollouts }) => rollouts.map((rollout) => rolloutLine(this.plainWorld, rollout)));
  }

  rolloutTokens(ref: GroupRef) {
    return this.exclusive(async () => {
      const { trainer } = this.requireRun();
      const { rollout } = inspected(trainer.lastStep, trainer.stepsDone, ref);
      return this.beforeStep((policy) => tokenViews(policy, this.world, rollout));
    });
  }

  tokenAnatomy(ref: GroupRef, token: number) {
    return this.exclusive(async () => {
      const { trainer } = this.requireRun();
      const found = inspected(trainer.lastStep, trainer.stepsDone, ref);
      const base = this.requireBase();
      return this.beforeStep((before) =>
        withWeights(this.requireGpu(), base, base.imported.parameters, (reference) =>
          tokenAnatomy({ reference, before, after: base.policy }, this.world, trainer.config, found, token),
        ),
      );
    });
  }

  exportOnnx(): Promise<Uint8Array<ArrayBuffer>> {
    return this.exclusive(async () => {
      const { imported, policy } = this.requireBase();
      const run: Record<string, string> =
        this.run && this.base?.trained
          ? { run: JSON.stringify(this.run.trainer.config), step: String(this.stepsDone) }
          : {};
      const bytes = exportOnnx(imported.config, await policy.parameters(), { ...imported.metadata, ...run });
      return Comlink.transfer(bytes, [bytes.buffer]);
    });
  }

  checkpoint(): Promise<RunCheckpoint> {
    return this.exclusive(async () => {
      const { trainer } = this.requireRun();
      const { imported } = this.requireBase();
      const kept = await trainer.checkpoint();
      const { parameters, firstMoment, secondMoment } = kept.policy;
      return Comlink.transfer(
        { base: imported, trainer: kept },
        // Vectors read back together share a buffer, which can be transferred only once.
        [...new Set([parameters, firstMoment, secondMoment].map(({ buffer }) => buffer as ArrayBuffer))],
      );
    });
  }

  /**
   * A run from the policy in place, or from where a checkpoint of it left off.
   * @throws InputError for another policy or world than those in place, or one that does not fit; no run is left then.
   */
  private begin(config: RunConfig, allowed: number, checkpoint?: RunCheckpoint['trainer']): void {
    const { imported, loaded, trained } = this.requireBase();
    const { memory } = this.requireGpu();
    if (imported.config.name !== config.policy)
      throw new InputError(
        `start: expected policy ${imported.config.name}, which is loaded, got ${config.policy}. Load it first.`,
      );
    requireWorld(this.plainWorld, config, loaded.manners);
    const plan = requireMemory(imported.config, runWork(config, imported.config), memory);
    // A run starts from the weights that were loaded, whatever an earlier run left behind.
    if (trained) this.replace(imported, loaded.origin);
    const base = this.requireBase();
    // The config alone says which demonstrations guide a run.
    const trainer = createTrainer(base.policy, this.plainWorld, config);
    base.trained = true;
    if (checkpoint) trainer.restore(checkpoint);
    this.run = new ActiveRun(
      trainer,
      {
        emit: (event) => this.emit(event),
        exclusive: (work) => this.exclusive(work),
        alive: () => this.base !== undefined,
        gpuBytes: () => this.gpu?.allocatedBytes ?? 0,
      },
      allowed,
    );
    this.emit({ type: 'started', config, step: trainer.stepsDone, plannedBytes: plan.bytes });
    this.run.start();
  }

  /** The last step's rollouts are looked at under the weights they were sampled from. */
  private beforeStep<R>(use: (policy: GpuPolicy) => Promise<R>): Promise<R> {
    const { before } = this.requireRun();
    if (!before)
      throw new InputError(
        'inspect: expected the weights of before the step, found none. Make one step of a policy of up to a million parameters.',
      );
    return withWeights(this.requireGpu(), this.requireBase(), before, use);
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
        this.replace(imported, origin);
      } finally {
        if (this.base) this.emit({ type: 'ready', loaded: this.base.loaded });
        // Arriving behind the answer it would undo what the page does next, such as placing another world.
        await this.outbox?.flush();
      }
      return this.requireBase().loaded;
    });
  }

  private async acquire(): Promise<Gpu> {
    const gpu = await acquireGpu();
    void gpu.device.lost.then(({ reason, message }) => {
      if (this.gpu !== gpu) return;
      this.gpu = undefined;
      this.base = undefined;
      this.run?.cancel();
      const lost = `webgpu: the GPU device was lost (${reason}: ${message}). Reload the page to start again.`;
      this.emit({ type: 'deviceLost', error: { kind: 'deviceLost', message: lost } });
    });
    return gpu;
  }

  /** Puts a policy and the tasks of a world in place. @throws InputError when they do not go together. */
  private place(
    imported: ImportedPolicy,
    origin: LoadedPolicy['origin'],
    options: WorldOptions,
  ): LoadedPolicy {
    requireManners({ world: options }, mannersOf(imported.metadata));
    this.useWorld(options);
    this.replace(imported, origin);
    return this.requireBase().loaded;
  }

  /** Puts a policy on the GPU in place of the one there; the run over that one is no more. */
  private replace(imported: ImportedPolicy, origin: LoadedPolicy['origin']): void {
    const gpu = this.requireGpu();
    this.run = undefined;
    if (this.base) releasePolicy(this.base.policy);
    this.base = undefined;
    this.base = placePolicy(gpu, imported, origin, worldView(this.world));
  }

  protected get stepsDone(): number {
    return this.base?.trained ? (this.run?.trainer.stepsDone ?? 0) : 0;
  }

  protected parameters(): Promise<Float32Array> {
    return this.model().parameters();
  }

  protected model(): GpuPolicy {
    return this.requireBase().policy;
  }

  protected barrierProgress(fraction: number): void {
    this.emit({ type: 'barrierProgress', fraction });
  }

  private requireBase(): PlacedPolicy {
    if (!this.base) throw new InputError('trainer: expected a loaded policy, found none. Load one first.');
    return this.base;
  }

  private requireRun(): ActiveRun {
    if (!this.run) throw new InputError('trainer: expected a run, found none. Start one first.');
    return this.run;
  }

  private requireGpu(): Gpu {
    if (!this.gpu) throw new InputError('trainer: expected a GPU, found none. Reload the page.');
    return this.gpu;
  }

  private emit(event: TrainerEvent): void {
    this.outbox?.push(event);
  }
}
