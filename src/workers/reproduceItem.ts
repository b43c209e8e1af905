import {
  csv,
  describeUnit,
  judgeItem,
  keyIn,
  runUnits,
  sourceOf,
  unitsToRun,
  type Item,
  type ItemContext,
  type Laboratory,
  type Unit,
} from '../experiments/index.ts';
import type { OwnResult } from '../storage/index.ts';
import type { ReproductionEvent } from './reproduceProtocol.ts';

/** Milliseconds between two looks at what the data say: judging many runs takes a while itself. */
const CONCLUDE_MS = 2000;

/** What an item's reproduction needs besides the laboratory. */
export interface ReproductionHost {
  readonly emit: (event: ReproductionEvent) => void;
  /** Keeps what the data say, with the data as CSV. */
  readonly keep: (own: OwnResult, data: string) => Promise<void>;
}

/**
 * Runs what an item lacks and tells, after the first run and then every few seconds, what the runs so far say; the
 * last word is kept even when it is cut short.
 * @throws the signal's reason when stopped, and whatever running and keeping throw.
 */
export async function reproduceItem(
  item: Item,
  context: ItemContext,
  lab: Laboratory,
  { emit, keep }: ReproductionHost,
): Promise<void> {
  const began = performance.now();
  const units = item.units(context);
  const toMake = (await unitsToRun(units, lab)).length;
  const provenance = lab.provenance();
  const keys = await keysOf(units, lab);

  let concludedAt = -Infinity;
  let news = true;
  const conclude = async (): Promise<void> => {
    const { file, measured, kept } = await judgeItem(item, context, lab, { provenance, model: null });
    const own = { item: item.id, result: file, keys, runsDone: kept, runs: file.runs.length };
    news = false;
    concludedAt = performance.now();
    if (kept === 0 && units.length > 0) return;
    await keep(own, csv(measured.rows));
    emit({ type: 'result', own });
  };

  let made = 0;
  try {
    await conclude();
    for await (const { unit, done, total, record } of runUnits(units, lab)) {
      if (record) {
        made++;
        news = true;
      }
      const elapsedMs = performance.now() - began;
      const share = total > 0 ? done / total : 1;
      emit({ type: 'progress', unit: describeUnit(unit), share, made, toMake, elapsedMs });
      if (record && performance.now() - concludedAt > CONCLUDE_MS) await conclude();
    }
  } finally {
    if (news) await conclude();
  }
}

/** Keys of units and of all whose weights they start from. */
async function keysOf(units: readonly Unit[], lab: Laboratory): Promise<string[]> {
  const keys = new Set<string>();
  for (const unit of units) {
    let next: Unit | null = unit;
    while (next) {
      keys.add(await keyIn(lab, next));
      const source = sourceOf(next);
      next = source && source.kind !== 'base' ? source : null;
    }
  }
  return [...keys];
}
