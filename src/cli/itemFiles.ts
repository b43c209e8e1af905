import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import {
  csv,
  keyIn,
  Results,
  type Item,
  type ItemContext,
  type Laboratory,
  type Measurement,
} from '../experiments/index.ts';
import { drawFigure } from './drawFigure.ts';
import type { OutFolder } from './runFolder.ts';

/** Raised when a field of `ITEM.json` changes its meaning. */
export const ITEM_SCHEMA = 2;

/** What `ITEM.json` holds: what was measured, how it was judged, and what it takes to make it again. */
export interface ItemFile {
  readonly schema: typeof ITEM_SCHEMA;
  readonly item: string;
  readonly title: string;
  readonly reference: string;
  readonly design: string;
  /** Whether all runs of the item are there. */
  readonly done: boolean;
  /** The command that made it, and from which sources, on which adapter. */
  readonly provenance: object;
  readonly context: ItemContext;
  /** The file of `--model`, where the base policy is not a shipped one. */
  readonly model: string | null;
  /** Keys of the records that it was made from, and how long they took together. */
  readonly runs: readonly string[];
  readonly wallMs: number;
  readonly paper: Item['paper'];
  readonly tables: Measurement['tables'];
  readonly verdicts: Measurement['verdicts'];
}

/** Measures and judges an item from the records that are there, whether or not all of them are. */
export async function judgeItem(
  item: Item,
  context: ItemContext,
  lab: Pick<Laboratory, 'host' | 'store'>,
  origin: Pick<ItemFile, 'provenance' | 'model'>,
): Promise<{ file: ItemFile; measured: Measurement }> {
  const units = item.units(context);
  const keys = new Set<string>();
  for (const unit of units) keys.add(await keyIn(lab, unit));
  const records = await Promise.all([...keys].map((key) => lab.store.get(key)));
  const measured = item.measure(context, await Results.load(units, lab));
  const { id, title, reference, design, paper } = item;
  const { tables, verdicts } = measured;
  const file: ItemFile = {
    schema: ITEM_SCHEMA,
    item: id,
    title,
    reference,
    design,
    done: records.every((record) => record !== null),
    ...origin,
    context,
    runs: [...keys],
    wallMs: records.reduce((sum, record) => sum + (record?.wallMs ?? 0), 0),
    paper,
    tables,
    verdicts,
  };
  return { file, measured };
}

/** Writes `ITEM.json`, `ITEM.csv` and, where the item has a figure with data, `ITEM.svg`. */
export function writeItem(out: OutFolder, file: ItemFile, { rows, figure }: Measurement): void {
  out.writeJson(`${file.item}.json`, file);
  out.write(`${file.item}.csv`, csv(rows));
  const drawn = figure?.panels.filter((panel) => panel.points.length > 0) ?? [];
  if (figure && drawn.length > 0) out.write(`${file.item}.svg`, drawFigure({ ...figure, panels: drawn }));
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
