import {
  describeUnit,
  runUnits,
  unitsToRun,
  type Item,
  type ItemContext,
  type Laboratory,
} from '../experiments/index.ts';
import type { Output } from './output.ts';
import { Progress } from './progress.ts';

/**
 * Runs what the items need, each distinct unit once and those that are kept not at all, and concludes each item
 * as soon as its last unit is kept. @throws the signal's reason when interrupted.
 */
export async function runItems(
  wanted: readonly Item[],
  setting: ItemContext,
  lab: Laboratory,
  output: Output,
  conclude: (item: Item) => Promise<void>,
): Promise<void> {
  const missing = new Map<Item, Set<string>>();
  for (const item of wanted) {
    const planned = await unitsToRun(item.units(setting), lab);
    missing.set(item, new Set(planned.map(({ key }) => key)));
  }
  const concludeComplete = async (): Promise<void> => {
    for (const [item, keys] of missing) {
      if (keys.size > 0) continue;
      missing.delete(item);
      await conclude(item);
    }
  };
  const keys = new Set([...missing.values()].flatMap((own) => [...own]));
  const runs = keys.size === 1 ? 'one run is' : `${keys.size} runs are`;
  output.note(`${wanted.map(({ id }) => id).join(', ')}: ${runs} still to be made`);
  await concludeComplete();

  let progress: Progress | undefined;
  try {
    const units = wanted.flatMap((item) => item.units(setting));
    for await (const { unit, key, done, total, step, record } of runUnits(units, lab)) {
      progress ??= new Progress('reproduce', Math.round(total));
      if (output.json && step) {
        const items = wanted.filter((item) => missing.get(item)?.has(key)).map(({ id }) => id);
        const { method, seed } = unit.kind === 'train' ? unit.config : { method: null, seed: null };
        const place = { run: key, items, finished: done, total };
        output.result({ ...place, record: { method, seed, ...step } }, '');
      }
      progress.update(Math.round(done), describeUnit(unit));
      if (!record) continue;
      for (const own of missing.values()) own.delete(key);
      progress.clear();
      await concludeComplete();
    }
  } finally {
    progress?.clear();
  }
}
