import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { csv, drawnFigure, ITEM_SCHEMA, type ItemFile, type Measurement } from '../experiments/index.ts';
import { drawFigure } from './drawFigure.ts';
import type { OutFolder } from './runFolder.ts';

/** Writes `ITEM.json`, `ITEM.csv` and, where the item has a figure with data, `ITEM.svg`. */
export function writeItem(out: OutFolder, file: ItemFile, { rows, figure }: Measurement): void {
  out.writeJson(`${file.item}.json`, file);
  out.write(`${file.item}.csv`, csv(rows));
  const drawn = drawnFigure(figure);
  if (drawn) out.write(`${file.item}.svg`, drawFigure(drawn));
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
