import type { Figure } from './figure.ts';
import { Results, type Item, type ItemContext, type Measurement } from './item.ts';
import { keyIn, type Laboratory } from './runner.ts';

/** Raised when a field of {@link ItemFile} changes its meaning. */
export const ITEM_SCHEMA = 2;

/** What was measured of an item, how it was judged, and what it takes to make it again. */
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
  /** Its panels with data; null where none has. */
  readonly figure: Figure | null;
}

/** Measures and judges an item from the records that are there, `kept` of its runs, whether or not that is all. */
export async function judgeItem(
  item: Item,
  context: ItemContext,
  lab: Pick<Laboratory, 'host' | 'store'>,
  { provenance, model }: Pick<ItemFile, 'provenance' | 'model'>,
): Promise<{ file: ItemFile; measured: Measurement; kept: number }> {
  const units = item.units(context);
  const keys = new Set<string>();
  for (const unit of units) keys.add(await keyIn(lab, unit));
  const found = await Promise.all([...keys].map((key) => lab.store.get(key)));
  const records = found.filter((record) => record !== null);
  const measured = item.measure(context, await Results.load(units, lab));
  const { id, title, reference, design, paper } = item;
  const { tables, verdicts, figure } = measured;
  const file: ItemFile = {
    schema: ITEM_SCHEMA,
    item: id,
    title,
    reference,
    design,
    done: records.length === keys.size,
    provenance,
    model,
    context,
    runs: [...keys],
    wallMs: records.reduce((sum, record) => sum + record.wallMs, 0),
    paper,
    tables,
    verdicts,
    figure: drawnFigure(figure),
  };
  return { file, measured, kept: records.length };
}

/** The panels of a figure that have data; null where none has. */
function drawnFigure(figure: Figure | null): Figure | null {
  const panels = figure?.panels.filter(({ points }) => points.length > 0) ?? [];
  return figure && panels.length > 0 ? { ...figure, panels } : null;
}
