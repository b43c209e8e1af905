import { LabError } from '../../core/errors.ts';
import { ITEM_SCHEMA, SHIPPED_FORMAT, type ItemFile, type ShippedIndex } from '../../experiments/index.ts';
import { shippedFile } from '../shipped.ts';

/** A file of the results that ship with the lab. */
const recordedFile = (name: string): Promise<Response> => shippedFile('results', `results/${name}`);

/** What ships. @throws LabError when it cannot be had or is of another form. */
export async function loadIndex(): Promise<ShippedIndex> {
  const index = (await (await recordedFile('index.json')).json()) as ShippedIndex;
  if ((index.format as number) !== SHIPPED_FORMAT) throw outdated('index.json', SHIPPED_FORMAT, index.format);
  return index;
}

/** A recorded item. @throws LabError when it cannot be had or is of another schema. */
export async function loadRecorded(item: string): Promise<ItemFile> {
  const file = (await (await recordedFile(`${item}.json`)).json()) as ItemFile;
  if ((file.schema as number) !== ITEM_SCHEMA) throw outdated(`${item}.json`, ITEM_SCHEMA, file.schema);
  return file;
}

/** The long-form data of a recorded item, as CSV. */
export const loadRecordedData = async (item: string): Promise<string> =>
  (await recordedFile(`${item}.csv`)).text();

const outdated = (name: string, expected: number, got: unknown): LabError =>
  new LabError(
    `results: expected ${name} of form ${expected}, got ${String(got)}. Reload the page without its cache.`,
  );
