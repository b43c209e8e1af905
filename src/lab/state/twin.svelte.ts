import type { Method, RunConfig } from '../../actguide/config.ts';
import type { TrainerApi, TrainerEvent } from '../../workers/protocol.ts';
import { modelsUrl, startTrainer } from '../../workers/client.ts';
import type { RemoteWorker } from '../../workers/remote.ts';
import { adapterName } from '../adapterName.ts';
import { nextSide, spent } from '../budget.ts';
import type { Library } from './library.svelte.ts';
import { Recorder } from './recorder.ts';
import { Run } from './run.svelte.ts';

/** One of two runs: its own worker, its own GPU device, its own curves. */
class Side {
  readonly run = new Run();
  readonly rollouts = $derived(spent(this.run.metrics));
  private trainer: RemoteWorker<TrainerApi> | undefined;
  private recorder: Recorder | undefined;

  constructor(
    private readonly library: Library,
    private readonly onidle: () => void,
  ) {}

  async begin(config: RunConfig): Promise<void> {
    await this.guarded(async () => {
      this.trainer ??= await startTrainer((events) => this.receive(events));
      const trainer = this.trainer;
      this.recorder ??= new Recorder({
        store: await this.library.store(),
        checkpoint: () => trainer.call((api) => api.checkpoint()),
        facts: () => ({
          adapter: this.run.loaded ? adapterName(this.run.loaded.adapter) : '',
          levels: this.run.levelNames,
        }),
        changed: () => undefined,
        failed: () => undefined,
      });
      await trainer.call((api) => api.load(config.policy, modelsUrl()));
      const loaded = await trainer.call((api) => api.setWorld(config.world ?? {}));
      this.run.apply({ type: 'ready', loaded });
      this.run.status = 'starting';
      await trainer.call((api) => api.start(config, true));
    });
  }

  step(): void {
    void this.guarded(async () => this.trainer?.call((api) => api.step()));
  }

  stop(): void {
    void this.guarded(async () => this.trainer?.call((api) => api.stop()));
  }

  close(): void {
    this.trainer?.terminate();
    this.trainer = undefined;
  }

  private receive(events: readonly TrainerEvent[]): void {
    for (const event of events) {
      this.run.apply(event);
      this.recorder?.take(event);
      if (event.type === 'paused' || event.type === 'done') this.onidle();
    }
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.run.fail(error);
      this.onidle();
    }
  }
}

/** Two methods on one seed and the same tasks, step by step, until each has spent the same number of rollouts. */
export class Twin {
  readonly sides: readonly [Side, Side];
  methods = $state<[Method, Method]>(['actguide', 'grpo']);
  /** Rollouts each side may spend, probes included. */
  budget = $state(8192);
  going = $state(false);
  paused = $state(false);

  constructor(library: Library) {
    const idle = (): void => this.next();
    this.sides = [new Side(library, idle), new Side(library, idle)];
  }

  get failed(): boolean {
    return this.sides.some(({ run }) => run.status === 'failed' || run.error !== undefined);
  }

  /** Starts both from the shipped policy; `config` is what they share. */
  async start(config: RunConfig): Promise<void> {
    this.going = true;
    this.paused = false;
    const steps = Math.min(10_000, Math.ceil(this.budget / (config.tasksPerStep * config.groupSize)));
    await Promise.all(this.sides.map((side, i) => side.begin({ ...config, method: this.methods[i], steps })));
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.next();
  }

  stop(): void {
    this.going = false;
    for (const side of this.sides) side.stop();
  }

  close(): void {
    this.going = false;
    for (const side of this.sides) side.close();
  }

  /** Lets the side go on that has spent less, when neither is working. */
  private next(): void {
    if (!this.going || this.paused || this.failed) return;
    const chosen = nextSide(
      this.sides.map(({ run, rollouts }) => ({
        rollouts,
        idle: run.status === 'paused',
        done: run.status === 'done',
      })),
      this.budget,
    );
    if (chosen === 'wait') return;
    if (chosen === 'end') this.stop();
    else this.sides[chosen].step();
  }
}
