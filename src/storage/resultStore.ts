import type { DBSchema, IDBPDatabase } from 'idb';
import { RECORD_SCHEMA, type ItemFile, type RecordStore, type UnitRecord } from '../experiments/index.ts';
import { openDatabase, StorageError } from './database.ts';

/** An item of the paper as a person's own runs have it. */
export interface OwnResult {
  readonly item: string;
  readonly result: ItemFile;
  /** Keys of the records that belong to it, of every scale it was run at: its units, and those whose weights they needed. */
  readonly keys: readonly string[];
  /** Runs of the item that are kept, of all that it asks for. */
  readonly runsDone: number;
  readonly runs: number;
}

interface Schema extends DBSchema {
  records: { key: string; value: UnitRecord };
  weights: { key: string; value: Uint8Array<ArrayBuffer> };
  results: { key: string; value: OwnResult };
  /** The data behind an item's figure and tables as CSV: read only when it is exported. */
  data: { key: string; value: string };
}

/**
 * Units of experiments and what they make of the paper's items, kept in this browser (IndexedDB). A record is there
 * whole, with the weights its run ended with, or not at all.
 */
export class ResultStore implements RecordStore {
  private constructor(private readonly db: IDBPDatabase<Schema>) {}

  /** @throws StorageError when the browser keeps nothing for this page. */
  static async open(name = 'actguide-results'): Promise<ResultStore> {
    return new ResultStore(
      await openDatabase<Schema>(name, 1, {
        upgrade(db) {
          db.createObjectStore('records', { keyPath: 'key' });
          db.createObjectStore('weights');
          db.createObjectStore('results', { keyPath: 'item' });
          db.createObjectStore('data');
        },
      }),
    );
  }

  close(): void {
    this.db.close();
  }

  /** Null too for a record of an earlier schema, which is then made again. */
  async get(key: string): Promise<UnitRecord | null> {
    const record = await this.db.get('records', key);
    return record && (record.schema as number) === RECORD_SCHEMA ? record : null;
  }

  /** @throws StorageError when there is no room for it. */
  async put(record: UnitRecord, weights?: Uint8Array<ArrayBuffer>): Promise<void> {
    const tx = this.db.transaction(['records', 'weights'], 'readwrite');
    await roomFor(() =>
      Promise.all([
        tx.objectStore('records').put(record),
        ...(weights ? [tx.objectStore('weights').put(weights, record.key)] : []),
        tx.done,
      ]),
    );
  }

  async weights(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    return (await this.db.get('weights', key)) ?? null;
  }

  /** Every item that a person has runs of. */
  async results(): Promise<OwnResult[]> {
    return this.db.getAll('results');
  }

  /** The long-form data of an item's own result; null where there is none. */
  async data(item: string): Promise<string | null> {
    return (await this.db.get('data', item)) ?? null;
  }

  /**
   * Keeps an item's own result in place of an earlier one, whose records stay the item's: runs of another scale or seed.
   * @throws StorageError when there is no room for it.
   */
  async keep(own: OwnResult, data: string): Promise<void> {
    const tx = this.db.transaction(['results', 'data'], 'readwrite');
    const results = tx.objectStore('results');
    const earlier = await results.get(own.item);
    const keys = [...new Set([...(earlier?.keys ?? []), ...own.keys])];
    await roomFor(() =>
      Promise.all([results.put({ ...own, keys }), tx.objectStore('data').put(data, own.item), tx.done]),
    );
  }

  /** Deletes an item's own result, and the records that no other own result needs. */
  async discard(item: string): Promise<void> {
    const tx = this.db.transaction(['records', 'weights', 'results', 'data'], 'readwrite');
    const results = tx.objectStore('results');
    const own = await results.get(item);
    void results.delete(item);
    void tx.objectStore('data').delete(item);
    const needed = new Set((await results.getAll()).flatMap(({ keys }) => keys));
    for (const key of own?.keys ?? []) {
      if (needed.has(key)) continue;
      void tx.objectStore('records').delete(key);
      void tx.objectStore('weights').delete(key);
    }
    await tx.done;
  }
}

/** @throws StorageError in place of the browser's own error where the origin's room is used up. */
async function roomFor<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if ((error as Error).name !== 'QuotaExceededError') throw error;
    throw new StorageError(
      'storage: expected room for a run, got a full quota. Delete runs or results that you no longer need; what was kept before stays.',
    );
  }
}
