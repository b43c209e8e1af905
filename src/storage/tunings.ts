import type { DBSchema } from 'idb';
import type { TuningStore } from '../kernels/tuning.ts';
import { openDatabase } from './database.ts';

interface TuningSchema extends DBSchema {
  tunings: { key: string; value: unknown };
}

/** Tunings of this browser's adapters; where it keeps nothing they are measured anew on every visit. */
export function storedTunings(name = 'actguide-tunings'): TuningStore {
  const open = () =>
    openDatabase<TuningSchema>(name, 1, { upgrade: (db) => void db.createObjectStore('tunings') });
  return {
    get: async (key) => {
      try {
        const db = await open();
        return await db.get('tunings', key).finally(() => db.close());
      } catch {
        return undefined;
      }
    },
    set: async (key, tuning) => {
      try {
        const db = await open();
        await db.put('tunings', tuning, key).finally(() => db.close());
      } catch {
        // Measured again next time.
      }
    },
  };
}
