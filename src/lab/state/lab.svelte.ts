import type { RunConfig } from '../../actguide/config.ts';
import { parseRunConfig } from '../../actguide/runConfig.ts';
import type { PolicySize } from '../../policy/types.ts';
import type { StoredRun } from '../../storage/index.ts';
import type {
  LoadedPolicy,
  ProbeApi,
  TrainerApi,
  TrainerEvent,
  WorldOptions,
} from '../../workers/protocol.ts';
import { modelsUrl, startTrainer } from '../../workers/client.ts';
import type { RemoteWorker } from '../../workers/remote.ts';
import { adapterName } from '../adapterName.ts';
import { download } from '../download.ts';
import { CloseUp, type Prober } from './closeUp.svelte.ts';
import { HandsOn } from './handsOn.svelte.ts';
import { LastStep, type Inspector } from './lastStep.svelte.ts';
import { Library } from './library.svelte.ts';
import { Recorder } from './recorder.ts';
import type { Benchmark } from './benchmark.svelte.ts';
import type { Reproduction } from './reproduction.svelte.ts';
import { Run } from './run.svelte.ts';
import { Settings } from './settings.svelte.ts';

/** Policies that come with the lab, the teaching default first. */
export const shippedPolicies = ['micro', 'nano'] as const satisfies readonly PolicySize[];

/** Figure 3 is recomputed after every this many steps of a run. */
const BARRIER_EVERY = 8;

/** The workbench: settings, the run, one task close up and the last step, over one trainer worker. */
export class Lab implements Prober, Inspector {
  readonly settings = new Settings();
  readonly run = new Run();
  readonly library = new Library();
  /** Made by its page when that is first opened; its run goes on while other pages are shown. */
  reproduction: Reproduction | undefined;
  benchmark: Benchmark | undefined;
  readonly closeUp = new CloseUp(this);
  readonly handsOn = new HandsOn(this, this.closeUp, () => this.run.loaded?.world.levels.length ?? 0);
  readonly lastStep = new LastStep(this);
  private trainer: RemoteWorker<TrainerApi> | undefined;
  private recorder: Recorder | undefined;
  private opening: Promise<void> | undefined;
  /** Options of the world whose tasks the trainer has, as JSON. */
  private world = '{}';

  /** Starts the worker, loads the base policy and shows a task under it; later calls wait for the first. */
  open(task?: { level?: number; index?: number }): Promise<void> {
    return (this.opening ??= this.begin(task));
  }

  close(): void {
    this.trainer?.terminate();
    this.trainer = undefined;
    this.opening = undefined;
    this.world = '{}';
  }

  async choosePolicy(policy: string): Promise<void> {
    const chosen = shippedPolicies.find((name) => name === policy);
    if (!chosen) return;
    this.settings.policy = chosen;
    await this.guarded(() => this.load(chosen));
    await this.closeUp.show({ ...this.closeUp.ref });
  }

  start(): void {
    this.launch(false);
  }

  /** Puts the world of the settings in place, once they check: its tasks are shown close up. */
  async chooseWorld(): Promise<void> {
    const { checked } = this.settings;
    if (!('config' in checked) || this.run.busy || !this.run.loaded) return;
    await this.guarded(() => this.placeWorld(checked.config));
  }

  /** One step: of the paused run, or the first of a new one. */
  step(): void {
    if (this.run.status === 'paused') void this.guarded(() => this.remote().call((api) => api.step()));
    else this.launch(true);
  }

  pause(): void {
    this.run.status = 'pausing';
    void this.guarded(() => this.remote().call((api) => api.pause()));
  }

  resume(): void {
    void this.guarded(() => this.remote().call((api) => api.resume()));
  }

  stop(): void {
    this.run.status = 'stopping';
    void this.guarded(() => this.remote().call((api) => api.stop()));
  }

  /** Goes on with a kept run from its last weights; it begins paused. */
  async resumeKept({ run, steps, checkpoint }: StoredRun): Promise<void> {
    if (!checkpoint) return;
    await this.open();
    await this.guarded(async () => {
      const { stepsDone } = checkpoint.trainer;
      const { world = {} } = run.config;
      await this.settle(world, await this.remote().call((api) => api.loadKept(checkpoint.base, world)));
      await (await this.library.store()).rewind(run.id, stepsDone);
      this.recorder?.continue(run.id);
      this.run.recall(run.start, steps.slice(0, stepsDone));
      this.settings.show(run.config);
      await this.remote().call((api) => api.resumeRun(run.config, checkpoint.trainer));
    });
  }

  /** Puts a policy file of the person's own in place of the shipped one. */
  async openPolicy(file: File): Promise<void> {
    await this.guarded(async () => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const loaded = await this.remote().call((api) => api.loadFile(bytes));
      const name = shippedPolicies.find((shipped) => shipped === loaded.policy.name);
      if (name) this.settings.policy = name;
      this.place(loaded);
      await this.closeUp.show({ ...this.closeUp.ref });
    });
  }

  /** The current weights as a file to keep. */
  async downloadPolicy(): Promise<void> {
    await this.guarded(async () => {
      const bytes = await this.remote().call((api) => api.exportOnnx());
      const name = `${this.run.loaded?.policy.name ?? 'policy'}-step-${this.run.stepsDone}.onnx`;
      download(name, new Blob([bytes], { type: 'application/octet-stream' }));
    });
  }

  probe<R>(invoke: (api: ProbeApi) => Promise<R>): Promise<R> {
    return this.remote().call(invoke);
  }

  inspect<R>(invoke: (api: TrainerApi) => Promise<R>): Promise<R> {
    return this.remote().call(invoke);
  }

  private async begin({ level, index = 0 }: { level?: number; index?: number } = {}): Promise<void> {
    await this.guarded(async () => {
      this.trainer = await startTrainer((events) => this.receive(events));
      await this.load(this.settings.policy);
      const { checked } = this.settings;
      if ('config' in checked) await this.placeWorld(checked.config);
    });
    void this.library.store().then(
      (store) => {
        this.recorder = new Recorder({
          store,
          checkpoint: () => this.remote().call((api) => api.checkpoint()),
          facts: () => ({
            adapter: this.run.loaded ? adapterName(this.run.loaded.adapter) : '',
            levels: this.run.levelNames,
          }),
          changed: () => {
            this.library.lost = undefined;
            void this.library.refresh();
          },
          failed: (error) => (this.library.lost = error instanceof Error ? error.message : String(error)),
        });
      },
      () => void this.library.refresh(),
    );
    const { loaded } = this.run;
    if (loaded) await this.handsOn.library.open();
    if (loaded) await this.closeUp.open(Math.min(level ?? Infinity, loaded.world.levels.length - 1), index);
  }

  private launch(paused: boolean): void {
    const { checked } = this.settings;
    if (!('config' in checked) || this.run.busy) return;
    this.run.status = 'starting';
    void this.guarded(async () => {
      await this.placeWorld(checked.config);
      const config = parseRunConfig({
        ...checked.config,
        ...this.handsOn.library.forRun(checked.config.method),
      });
      this.run.status = 'starting';
      await this.remote().call((api) => api.start(config, paused));
    });
  }

  private async load(policy: PolicySize): Promise<void> {
    this.run.apply({ type: 'loading', what: `Loading the base policy ${policy}` });
    const loaded = await this.remote().call((api) => api.load(policy, modelsUrl()));
    this.place(loaded);
  }

  private place(loaded: LoadedPolicy): void {
    this.settings.knownManners = loaded.manners;
    this.run.apply({ type: 'ready', loaded });
  }

  /** The tasks of a run's world, unless they are there already. */
  private async placeWorld({ world = {} }: RunConfig): Promise<void> {
    if (JSON.stringify(world) === this.world) return;
    await this.settle(world, await this.remote().call((api) => api.setWorld(world)));
  }

  /** A policy in a world that is new: its tasks are shown close up. */
  private async settle(world: WorldOptions, loaded: LoadedPolicy): Promise<void> {
    this.world = JSON.stringify(world);
    this.place(loaded);
    await this.handsOn.library.open();
    const { level, index } = this.closeUp;
    void this.closeUp.open(Math.min(level, loaded.world.levels.length - 1), index);
  }

  private remote(): RemoteWorker<TrainerApi> {
    if (!this.trainer) throw new Error('lab: expected a running trainer, found none. Reload the page.');
    return this.trainer;
  }

  private receive(events: readonly TrainerEvent[]): void {
    for (const event of events) {
      this.run.apply(event);
      this.recorder?.take(event);
      if (event.type === 'barrierProgress' && this.closeUp.barrierFraction !== undefined)
        this.closeUp.barrierFraction = event.fraction;
      if ((event.type === 'step' && event.step % BARRIER_EVERY === 0) || event.type === 'done') {
        void this.closeUp.recompute();
        void this.closeUp.sample();
      }
      if (event.type === 'paused' || event.type === 'done' || event.type === 'stopped')
        void this.lastStep.refresh();
    }
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.run.fail(error);
    }
  }
}
