import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  drawnFigure,
  items,
  SHIPPED_FORMAT,
  summaryOf,
  type ItemFile,
  type ShippedIndex,
} from '../experiments/index.ts';
import { FolderStore } from './folderStore.ts';
import { readItem, rejudged } from './itemFiles.ts';
import { OutFolder } from './runFolder.ts';

/**
 * The files under `public/results` that show the items of a folder of `reproduce` in the lab, by name: `ITEM.json`
 * with the figure, measured anew from the folder's runs; `ITEM.csv` as it is there; and `index.json` with the verdicts.
 */
export async function shippedResults(root: string, folder: string): Promise<Map<string, string>> {
  const out = new OutFolder(folder, []);
  const store = new FolderStore(out);
  const files = new Map<string, string>();
  const judged: ItemFile[] = [];
  for (const item of items) {
    const kept = readItem(out.path, item.id);
    if (!kept) continue;
    const { file, measured } = await rejudged(root, item, kept, store);
    const figure = drawnFigure(measured?.figure ?? null);
    files.set(`${item.id}.json`, `${JSON.stringify({ ...file, figure })}\n`);
    files.set(`${item.id}.csv`, readFileSync(join(out.path, `${item.id}.csv`), 'utf8'));
    judged.push(file);
  }
  const index: ShippedIndex = { format: SHIPPED_FORMAT, items: judged.map(summaryOf) };
  return files.set('index.json', `${JSON.stringify(index)}\n`);
}
