import { LabError } from '../../core/errors.ts';
import { ITEM_SCHEMA, SHIPPED_FORMAT, type ItemFile, type ShippedIndex } from '../../experiments/index.ts';

/** A file of the results that ship with the lab, beside the page. @throws LabError when it cannot be had. */
async function shippedFile(name: string): Promise<Response> {
  const url = new URL(`results/${name}`, document.baseURI);
  const response = await fetch(url).catch((error: unknown) => {
    throw new LabError(
      `results: expected ${url.pathname}, got no answer (${String(error)}). Check the connection and reload.`,
    );
  });
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/html'))
    throw new LabError(
      `results: expected ${url.pathname}, got ${response.ok ? 'a web page' : `status ${response.status}`}. ` +
        `Is results/${name} missing on the server?`,
    );
  return response;
}

/** What ships. @throws LabError when it cannot be had or is of another form. */
export async function loadIndex(): Promise<ShippedIndex> {
  const index = (await (await shippedFile('index.json')).json()) as ShippedIndex;
  if ((index.format as number) !== SHIPPED_FORMAT) throw outdated('index.json', SHIPPED_FORMAT, index.format);
  return index;
}

/** A recorded item. @throws LabError when it cannot be had or is of another schema. */
export async function loadRecorded(item: string): Promise<ItemFile> {
  const file = (await (await shippedFile(`${item}.json`)).json()) as ItemFile;
  if ((file.schema as number) !== ITEM_SCHEMA) throw outdated(`${item}.json`, ITEM_SCHEMA, file.schema);
  return file;
}

/** The long-form data of a recorded item, as CSV. */
export const loadRecordedData = async (item: string): Promise<string> =>
  (await shippedFile(`${item}.csv`)).text();

const outdated = (name: string, expected: number, got: unknown): LabError =>
  new LabError(
    `results: expected ${name} of form ${expected}, got ${String(got)}. Reload the page without its cache.`,
  );
