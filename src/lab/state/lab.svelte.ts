import type { PolicySize } from '../../policy/types.ts';
import type { ProbeApi, TrainerApi, TrainerEvent } from '../../workers/protocol.ts';
import { modelsUrl, startTrainer } from '../../workers/client.ts';
import type { RemoteWorker } from '../../workers/remote.ts';
import { CloseUp, type Prober } from './closeUp.svelte.ts';
import { Run } from './run.svelte.ts';
import { Settings } from './settings.svelte.ts';

/** Policies that come with the lab, the teaching default first. */
export const shippedPolicies = ['micro', 'nano'] as const satisfies readonly PolicySize[];

/** Figure 3 is recomputed after every this many steps of a run. */
const BARRIER_EVERY = 8;

/** The page with WebGPU: settings, the run, and one task close up, over one trainer worker. */
export class Lab implements Prober {
  readonly settings = new Settings();
  readonly run = new Run();
  readonly closeUp = new CloseUp(this);
  private trainer: RemoteWorker<TrainerApi> | undefined;

  /** Starts the worker, loads the base policy and shows a task under it. */
  async open(): Promise<void> {
    await this.guarded(async () => {
      this.trainer = await startTrainer((events) => this.receive(events));
      await this.load(this.settings.policy);
    });
    if (this.run.loaded) await this.closeUp.open(this.run.loaded.world.levels.length - 1, 0);
  }

  close(): void {
    this.trainer?.terminate();
    this.trainer = undefined;
  }

  async choosePolicy(policy: string): Promise<void> {
    const chosen = shippedPolicies.find((name) => name === policy);
    if (!chosen) return;
    this.settings.policy = chosen;
    await this.guarded(() => this.load(chosen));
    await this.closeUp.open(this.closeUp.level, this.closeUp.index);
  }

  start(): void {
    this.begin(false);
  }

  /** One step: of the paused run, or the first of a new one. */
  step(): void {
    if (this.run.status === 'paused') void this.guarded(() => this.remote().call((api) => api.step()));
    else this.begin(true);
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

  /** Puts a policy file of the person's own in place of the shipped one. */
  async openPolicy(file: File): Promise<void> {
    await this.guarded(async () => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const loaded = await this.remote().call((api) => api.loadFile(bytes));
      const name = shippedPolicies.find((shipped) => shipped === loaded.policy.name);
      if (name) this.settings.policy = name;
      this.run.apply({ type: 'ready', loaded });
      await this.closeUp.open(this.closeUp.level, this.closeUp.index);
    });
  }

  /** The current weights as a file to keep. */
  async downloadPolicy(): Promise<void> {
    await this.guarded(async () => {
      const bytes = await this.remote().call((api) => api.exportOnnx());
      const url = URL.createObjectURL(
        new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }),
      );
      const link = document.createElement('a');
      link.href = url;
      link.download = `${this.run.loaded?.policy.name ?? 'policy'}-step-${this.run.stepsDone}.onnx`;
      link.click();
      URL.revokeObjectURL(url);
    });
  }

  probe<R>(invoke: (api: ProbeApi) => Promise<R>): Promise<R> {
    return this.remote().call(invoke);
  }

  private begin(paused: boolean): void {
    const { checked } = this.settings;
    if (!('config' in checked) || this.run.busy) return;
    this.run.status = 'starting';
    void this.guarded(() => this.remote().call((api) => api.start(checked.config, paused)));
  }

  private async load(policy: PolicySize): Promise<void> {
    this.run.apply({ type: 'loading', what: `Loading the base policy ${policy}` });
    const loaded = await this.remote().call((api) => api.load(policy, modelsUrl()));
    // The event that says the same may arrive a frame later.
    this.run.apply({ type: 'ready', loaded });
  }

  private remote(): RemoteWorker<TrainerApi> {
    if (!this.trainer) throw new Error('lab: expected a running trainer, found none. Reload the page.');
    return this.trainer;
  }

  private receive(events: readonly TrainerEvent[]): void {
    for (const event of events) {
      this.run.apply(event);
      if (event.type === 'barrierProgress' && this.closeUp.barrierFraction !== undefined)
        this.closeUp.barrierFraction = event.fraction;
      if ((event.type === 'step' && event.step % BARRIER_EVERY === 0) || event.type === 'done') {
        void this.closeUp.recompute();
        void this.closeUp.sample();
      }
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
