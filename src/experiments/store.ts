import type { StepMetrics, Success } from '../actguide/config.ts';
import type { Unit } from './units.ts';

/** Raised when a field of a record changes its meaning; older records are then computed anew. */
export const RECORD_SCHEMA = 1;

/** What every record holds besides its numbers. */
interface Header {
  readonly schema: typeof RECORD_SCHEMA;
  readonly key: string;
  /** The unit as plain data: settings, world, the policy it starts from. */
  readonly unit: object;
  /** SHA-256 of the base policy at the root of it, by name; empty for one that starts from random weights. */
  readonly base: Readonly<Record<string, string>>;
  /** Commit, adapter, versions, start. */
  readonly provenance: object;
  readonly wallMs: number;
}

export interface TrainingRecord extends Header {
  readonly kind: 'train';
  readonly steps: readonly StepMetrics[];
  /** Unguided success on held-out tasks after the last step. */
  readonly success: Success;
}

export interface PretrainingRecord extends Header {
  readonly kind: 'pretrain';
  /** [update, cross-entropy in nats], thinned. */
  readonly curve: readonly (readonly [number, number])[];
}

export interface ProbeRecord<Result = unknown> extends Header {
  readonly kind: 'probe';
  readonly result: Result;
}

export type UnitRecord = TrainingRecord | PretrainingRecord | ProbeRecord;

/**
 * Where records are kept, by {@link unitKey}: a folder, a browser's database, or memory. A record that `put` has
 * kept is there after any interruption, whole; one that it has not is absent.
 */
export interface RecordStore {
  get(key: string): Promise<UnitRecord | null>;
  /** `weights`: the policy that the unit ends with, encoded; kept before the record is. */
  put(record: UnitRecord, weights?: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The weights that were put with a record; null when they are gone. */
  weights(key: string): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** Records in memory: for runs that keep nothing. */
export class MemoryStore implements RecordStore {
  private readonly records = new Map<string, UnitRecord>();
  private readonly policies = new Map<string, Uint8Array<ArrayBuffer>>();

  async get(key: string): Promise<UnitRecord | null> {
    return this.records.get(key) ?? null;
  }

  async put(record: UnitRecord, weights?: Uint8Array<ArrayBuffer>): Promise<void> {
    if (weights) this.policies.set(record.key, weights);
    this.records.set(record.key, record);
  }

  async weights(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.policies.get(key) ?? null;
  }
}

/** A unit without its functions, for its record. */
export const plainUnit = (unit: Unit): object => JSON.parse(JSON.stringify(unit)) as object;
