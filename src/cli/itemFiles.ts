import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import {
  csv,
  ITEM_SCHEMA,
  judgeItem,
  Results,
  type Item,
  type ItemFile,
  type Laboratory,
  type Measurement,
} from '../experiments/index.ts';
import { drawFigure } from './drawFigure.ts';
import { baseName, fileHost } from './policyHost.ts';
import type { OutFolder } from './runFolder.ts';

/** Writes `ITEM.json`, `ITEM.csv` and, where the item has a figure with data, `ITEM.svg`. */
export function writeItem(out: OutFolder, file: ItemFile, { rows }: Measurement): void {
  writeItemJson(out, file);
  out.write(`${file.item}.csv`, csv(rows));
  if (file.figure) out.write(`${file.item}.svg`, drawFigure(file.figure));
}

/** `ITEM.json`, for people to read; the figure's many points stand in one line at its end. */
export function writeItemJson(out: OutFolder, { figure, ...file }: ItemFile): void {
  const readable = JSON.stringify(file, null, 2).replace(/\n}$/, '');
  out.write(`${file.item}.json`, `${readable},\n  "figure": ${JSON.stringify(figure ?? null)}\n}\n`);
}

/** `ITEM.json` of an item, null where there is none. @throws InputError for one of another schema. */
export function readItem(folder: string, id: string): ItemFile | null {
  const path = join(folder, `${id}.json`);
  if (!existsSync(path)) return null;
  let found: ItemFile | undefined;
  try {
    found = JSON.parse(readFileSync(path, 'utf8')) as ItemFile;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (found?.schema !== ITEM_SCHEMA || found.item !== id)
    throw new InputError(
      `${path}: expected an item of schema ${ITEM_SCHEMA}, got something else. Move it away or name another folder.`,
    );
  return found;
}

/**
 * An item of a folder of `reproduce` judged anew from its runs. Where a whole one now asks for runs that are not there,
 * because a later version measures otherwise, it stays as it was judged and `measured` is null; of the later version
 * it then has what stands beside a claim.
 */
export async function rejudged(
  root: string,
  item: Item,
  kept: ItemFile,
  store: Laboratory['store'],
): Promise<{ file: ItemFile; measured: Measurement | null }> {
  const model = kept.model ?? undefined;
  const host = fileHost(root, model, () => Promise.reject(new Error('report: nothing runs here')));
  const context = { ...kept.context, base: baseName(kept.context.base, model) };
  const { file, measured } = await judgeItem(item, context, { store, host }, kept);
  if (file.done || !kept.done) return { file, measured };
  const claims = item.measure(context, Results.of([])).verdicts;
  const verdicts = kept.verdicts.map((verdict) => {
    const investigation = claims.find(({ claim }) => claim === verdict.claim)?.investigation;
    return investigation ? { ...verdict, investigation } : verdict;
  });
  return { file: { ...kept, verdicts }, measured: null };
}
