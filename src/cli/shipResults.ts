import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { items, SHIPPED_FORMAT, summaryOf, type ShippedIndex } from '../experiments/index.ts';
import { readItem } from './itemFiles.ts';

/**
 * The files under `public/results` that show the items of a folder of `reproduce` in the lab, by name: `ITEM.json` and
 * `ITEM.csv` as they are there, the former without white space, and `index.json` with the verdicts of all.
 * @throws InputError for an item of another schema.
 */
export function shippedResults(folder: string): Map<string, string> {
  const found = items.flatMap(({ id }) => readItem(folder, id) ?? []);
  const files = new Map<string, string>();
  for (const file of found) {
    files.set(`${file.item}.json`, `${JSON.stringify(file)}\n`);
    files.set(`${file.item}.csv`, readFileSync(join(folder, `${file.item}.csv`), 'utf8'));
  }
  const index: ShippedIndex = { format: SHIPPED_FORMAT, items: found.map(summaryOf) };
  return files.set('index.json', `${JSON.stringify(index)}\n`);
}
