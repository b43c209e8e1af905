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

  private path(key: string, extension: string): string {
    return join(this.folder.path, RUNS, `${key}.${extension}`);
  }

  async get(key: string): Promise<UnitRecord | null> {
    const path = this.path(key, 'json');
    if (!existsSync(path)) return null;
    try {
      const record = JSON.parse(readFileSync(path, 'utf8')) as UnitRecord;
      if (record.schema === RECORD_SCHEMA && record.key === key) return record;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    this.warn(`${path}: expected a record of schema ${RECORD_SCHEMA}, got something else. It is made again.`);
    return null;
  }

  async put(record: UnitRecord, weights?: Uint8Array<ArrayBuffer>): Promise<void> {
    if (weights) this.folder.write(`${RUNS}/${record.key}.onnx`, weights);
    this.folder.write(`${RUNS}/${record.key}.json`, `${JSON.stringify(record)}\n`);
  }

  async weights(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const path = this.path(key, 'onnx');
    return existsSync(path) ? new Uint8Array(readFileSync(path)) : null;
  }
}
