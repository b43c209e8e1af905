import { openDB, type DBSchema, type IDBPDatabase, type OpenDBCallbacks } from 'idb';
import { LabError } from '../core/errors.ts';

/** The browser keeps nothing: private mode, storage switched off, or full. */
export class StorageError extends LabError {
  override name = 'StorageError';
}

/** Opens a database of this origin. @throws StorageError when the browser keeps nothing for this page. */
export async function openDatabase<Schema extends DBSchema>(
  name: string,
  version: number,
  callbacks: OpenDBCallbacks<Schema>,
): Promise<IDBPDatabase<Schema>> {
  try {
    return await openDB<Schema>(name, version, callbacks);
  } catch (error) {
    throw new StorageError(
      `storage: expected IndexedDB, got ${error instanceof Error ? error.message : String(error)}. ` +
        'Runs last as long as the page; allow storage for this site to keep them.',
    );
  }
}
