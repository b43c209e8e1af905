import type { DBSchema, IDBPDatabase } from 'idb';
import type { StepMetrics } from '../actguide/config.ts';
import { InputError } from '../core/errors.ts';
import { openDatabase } from './database.ts';
import { decodeRun, encodeRun } from './runFile.ts';
import { MAX_NAME, MAX_NOTES } from './schema.ts';
import type { RunCheckpoint, RunLabels, RunSummary, StorageUse, StoredRun } from './types.ts';

interface Schema extends DBSchema {
  runs: { key: string; value: RunSummary; indexes: { createdAt: string } };
  steps: {
    key: [string, number];
    value: { readonly id: string; readonly step: number; readonly metrics: StepMetrics };
  };
  checkpoints: { key: string; value: RunCheckpoint };
}

/** A key range over all steps of a run. */
const stepsOf = (id: string, from = 0): IDBKeyRange => IDBKeyRange.bound([id, from], [id, Infinity]);

/**
 * Runs kept in this browser (IndexedDB). Every change is one transaction: a tab that dies leaves the last
 * complete state, and weights never lack the run they belong to.
 */
export class RunStore {
  private constructor(private readonly db: IDBPDatabase<Schema>) {}

  /** @throws StorageError when the browser keeps nothing for this page. */
  static async open(name = 'actguide-lab'): Promise<RunStore> {
    return new RunStore(
      await openDatabase<Schema>(name, 1, {
        upgrade(db) {
          db.createObjectStore('runs', { keyPath: 'id' }).createIndex('createdAt', 'createdAt');
          db.createObjectStore('steps', { keyPath: ['id', 'step'] });
          db.createObjectStore('checkpoints');
        },
      }),
    );
  }

  close(): void {
    this.db.close();
  }

  /** Newest first. */
  async list(): Promise<RunSummary[]> {
    return (await this.db.getAllFromIndex('runs', 'createdAt')).reverse();
  }

  /** Begins to keep a run; steps and weights follow. */
  async create(run: RunSummary): Promise<void> {
    await this.db.put('runs', run);
  }

  /** Appends one step's metrics. A run deleted meanwhile stays deleted. */
  async append(id: string, metrics: StepMetrics): Promise<void> {
    const tx = this.db.transaction(['runs', 'steps'], 'readwrite');
    const run = await tx.objectStore('runs').get(id);
    if (run) {
      void tx.objectStore('steps').put({ id, step: metrics.step, metrics });
      void tx.objectStore('runs').put({ ...run, stepsDone: metrics.step + 1 });
    }
    await tx.done;
  }

  /** Keeps where the curves begin. */
  async setStart(id: string, start: RunSummary['start']): Promise<void> {
    await this.change(id, (run) => ({ ...run, start }));
  }

  /** Keeps the weights of now, in place of the earlier ones. */
  async keep(id: string, checkpoint: RunCheckpoint): Promise<void> {
    const tx = this.db.transaction(['runs', 'checkpoints'], 'readwrite');
    const run = await tx.objectStore('runs').get(id);
    if (run) {
      void tx.objectStore('checkpoints').put(checkpoint, id);
      void tx.objectStore('runs').put({ ...run, checkpointStep: checkpoint.trainer.stepsDone });
    }
    await tx.done;
  }

  /**
   * Renames, stars or annotates.
   * @throws InputError for an empty or overlong text.
   */
  async label(id: string, labels: RunLabels): Promise<void> {
    const { name, notes } = labels;
    if (name !== undefined && (name.trim() === '' || name.length > MAX_NAME))
      throw new InputError(
        `name: expected 1 to ${MAX_NAME} characters, got ${name.trim().length}. Choose another name.`,
      );
    if (notes !== undefined && notes.length > MAX_NOTES)
      throw new InputError(
        `notes: expected at most ${MAX_NOTES} characters, got ${notes.length}. Shorten them.`,
      );
    await this.change(id, (run) => ({ ...run, ...labels }));
  }

  /** Step metrics in order. */
  async steps(id: string): Promise<StepMetrics[]> {
    return (await this.db.getAll('steps', stepsOf(id))).map(({ metrics }) => metrics);
  }

  /** @throws InputError when no such run is kept. */
  async read(id: string): Promise<StoredRun> {
    const [run, steps, checkpoint] = await Promise.all([
      this.db.get('runs', id),
      this.steps(id),
      this.db.get('checkpoints', id),
    ]);
    if (!run)
      throw new InputError(
        `storage: expected a kept run, got ${id}, which is none. It may have been deleted.`,
      );
    return { run, steps, checkpoint: checkpoint ?? null };
  }

  /** Drops the steps from `from` on: a resumed run makes them again. */
  async rewind(id: string, from: number): Promise<void> {
    const tx = this.db.transaction(['runs', 'steps'], 'readwrite');
    const run = await tx.objectStore('runs').get(id);
    if (run && run.stepsDone > from) {
      void tx.objectStore('steps').delete(stepsOf(id, from));
      void tx.objectStore('runs').put({ ...run, stepsDone: from });
    }
    await tx.done;
  }

  async delete(id: string): Promise<void> {
    const tx = this.db.transaction(['runs', 'steps', 'checkpoints'], 'readwrite');
    void tx.objectStore('runs').delete(id);
    void tx.objectStore('steps').delete(stepsOf(id));
    void tx.objectStore('checkpoints').delete(id);
    await tx.done;
  }

  /** A kept run as one file. */
  async export(id: string): Promise<Uint8Array<ArrayBuffer>> {
    return encodeRun(await this.read(id));
  }

  /**
   * Keeps the run of a file under a new id, which it gives back.
   * @throws InputError for a file that is no intact run; nothing is kept then.
   */
  async import(bytes: Uint8Array): Promise<string> {
    const { run, steps, checkpoint } = decodeRun(bytes, crypto.randomUUID());
    const tx = this.db.transaction(['runs', 'steps', 'checkpoints'], 'readwrite');
    void tx.objectStore('runs').put(run);
    for (const metrics of steps)
      void tx.objectStore('steps').put({ id: run.id, step: metrics.step, metrics });
    if (checkpoint) void tx.objectStore('checkpoints').put(checkpoint, run.id);
    await tx.done;
    return run.id;
  }

  /** What the browser says it holds for this origin; null where it does not tell. */
  async use(): Promise<StorageUse | null> {
    if (!('storage' in navigator) || !('estimate' in navigator.storage)) return null;
    const { usage, quota } = await navigator.storage.estimate();
    return usage === undefined || quota === undefined ? null : { usedBytes: usage, quotaBytes: quota };
  }

  private async change(id: string, next: (run: RunSummary) => RunSummary): Promise<void> {
    const tx = this.db.transaction('runs', 'readwrite');
    const run = await tx.store.get(id);
    if (run) void tx.store.put(next(run));
    await tx.done;
  }
}
