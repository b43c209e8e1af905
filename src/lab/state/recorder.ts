import type { RunConfig } from '../../actguide/config.ts';
import type { RunCheckpoint, RunStore, RunSummary } from '../../storage/index.ts';
import type { TrainerEvent } from '../../workers/protocol.ts';
import { runName } from '../names.ts';

/** What a new run is kept with. */
export interface RunFacts {
  readonly adapter: string;
  readonly levels: readonly string[];
}

export interface RecorderInput {
  readonly store: RunStore;
  /** The trainer's weights of now. */
  readonly checkpoint: () => Promise<RunCheckpoint>;
  readonly facts: () => RunFacts;
  /** Something kept has changed. */
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
}

/** Keeps a run while it happens: every step, and the weights at each evaluation, pause and end. */
export class Recorder {
  /** The run that events belong to; null between runs. */
  private id: string | null = null;
  private steps = 0;
  private kept = -1;
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly input: RecorderInput) {}

  get current(): string | null {
    return this.id;
  }

  /** The next `started` event belongs to a run that is kept already. */
  continue(id: string): void {
    this.id = id;
  }

  take(event: TrainerEvent): void {
    const { store } = this.input;
    switch (event.type) {
      case 'started':
        this.steps = event.step;
        this.kept = event.step > 0 ? event.step : -1;
        if (event.step === 0) this.create(event.config);
        return;
      case 'step':
        this.steps = event.step;
        this.write((id) => store.append(id, event.metrics));
        return;
      case 'evaluation':
        if (event.step === 0) this.write((id) => store.setStart(id, event.success));
        else this.keep();
        return;
      case 'paused':
      case 'done':
      case 'stopped':
        this.keep();
    }
  }

  /** Resolves when all that was taken in is kept. */
  settled(): Promise<void> {
    return this.queue;
  }

  private create(config: RunConfig): void {
    const id = crypto.randomUUID();
    this.id = id;
    const run: RunSummary = {
      id,
      name: runName(config),
      notes: '',
      starred: false,
      createdAt: new Date().toISOString(),
      config,
      ...this.input.facts(),
      start: null,
      stepsDone: 0,
      checkpointStep: null,
    };
    this.write(() => this.input.store.create(run));
  }

  /** The weights, unless those of this step are kept already. */
  private keep(): void {
    if (this.steps === 0 || this.kept === this.steps) return;
    this.kept = this.steps;
    this.write(async (id) => this.input.store.keep(id, await this.input.checkpoint()));
  }

  private write(work: (id: string) => Promise<void>): void {
    const { id } = this;
    if (id === null) return;
    this.queue = this.queue.then(() => work(id)).then(this.input.changed, this.input.failed);
  }
}
