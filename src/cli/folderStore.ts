import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECORD_SCHEMA, type RecordStore, type UnitRecord } from '../experiments/store.ts';
import type { OutFolder } from './runFolder.ts';

/** Folder of the records within the results. */
export const RUNS = 'runs';

/**
 * Records as files: `runs/KEY.json`, and the weights that a run ended with as `runs/KEY.onnx`. Each file appears
 * whole or not at all, the weights before the record.
 */
export class FolderStore implements RecordStore {
  /** `warn` is told of files that cannot be read, which are then made again. */
  constructor(
    private readonly folder: OutFolder,
    private readonly warn: (message: string) => void = () => {},
  ) {}

  async get(key: string): Promise<UnitRecord | null> {
    return recordIn(this.folder.path, key, (message) => this.warn(`${message} It is made again.`));
  }

  async put(record: UnitRecord, weights?: Uint8Array<ArrayBuffer>): Promise<void> {
    if (weights) this.folder.write(`${RUNS}/${record.key}.onnx`, weights);
    this.folder.write(`${RUNS}/${record.key}.json`, `${JSON.stringify(record)}\n`);
  }

  async weights(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const path = join(this.folder.path, RUNS, `${key}.onnx`);
    return existsSync(path) ? new Uint8Array(readFileSync(path)) : null;
  }
}

/** The record of a run in a folder of results, which need not be writable; null where there is none that can be read. */
export function recordIn(folder: string, key: string, warn: (message: string) => void): UnitRecord | null {
  const path = join(folder, RUNS, `${key}.json`);
  if (!existsSync(path)) return null;
  try {
    const record = JSON.parse(readFileSync(path, 'utf8')) as UnitRecord;
    if (record.schema === RECORD_SCHEMA && record.key === key) return record;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  warn(`${path}: expected a record of schema ${RECORD_SCHEMA}, got something else.`);
  return null;
}
