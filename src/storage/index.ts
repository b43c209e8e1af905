export { differences, type Difference } from './compare.ts';
export { decodeRun, encodeRun } from './runFile.ts';
export { StorageError } from './database.ts';
export { ResultStore, type OwnResult } from './resultStore.ts';
export { RunStore } from './runStore.ts';
export { storedTunings } from './tunings.ts';
export { MAX_NAME, MAX_NOTES } from './schema.ts';
export type {
  RunBase,
  RunCheckpoint,
  RunLabels,
  RunSteps,
  RunSummary,
  StorageUse,
  StoredRun,
} from './types.ts';
