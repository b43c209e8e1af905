import type { UnitRecord } from './store.ts';

/** A number, or what stands in its place, that a second run made otherwise. */
export interface Difference {
  /** Where it is in the record, such as `steps[3].unguided.reward`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What a run measured, without where and when it ran. */
const numbersOf = (record: UnitRecord): object =>
  record.kind === 'train'
    ? { steps: record.steps, success: record.success }
    : record.kind === 'pretrain'
      ? { curve: record.curve }
      : { result: record.result };

/** Wall times: the one part of a record that does not repeat. */
const TIMES = 'timing';

/**
 * Where two records of the same unit differ, bit for bit. Fields that the first lacks are left out: later versions add
 * some.
 */
export function differencesOf(before: UnitRecord, after: UnitRecord): Difference[] {
  return compare('', numbersOf(before), numbersOf(after));
}

function compare(path: string, before: unknown, after: unknown): Difference[] {
  if (isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after)) {
    if (Array.isArray(before) && before.length !== (after as unknown[]).length)
      return [{ path: `${path}.length`, before: before.length, after: (after as unknown[]).length }];
    return Object.entries(before).flatMap(([name, value]) =>
      name === TIMES
        ? []
        : compare(
            Array.isArray(before) ? `${path}[${name}]` : path ? `${path}.${name}` : name,
            value,
            (after as Record<string, unknown>)[name],
          ),
    );
  }
  // What was kept went through JSON, which has neither NaN nor −0.
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
