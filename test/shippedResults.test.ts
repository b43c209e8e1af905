import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ItemResult, ShippedIndex } from '../src/experiments/index.ts';
import { shippedResults } from '../src/cli/shipResults.ts';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const shipped = at('public/results');
const recorded = at('docs/results/reproduce');
const read = (folder: string, name: string): string => readFileSync(`${folder}/${name}`, 'utf8');
const items = readdirSync(recorded).filter((name) => name.endsWith('.json'));

/** If one of these fails: `node scripts/shipResults.js`. */
describe('public/results', () => {
  let files: Map<string, string>;
  beforeAll(async () => {
    files = await shippedResults(at('.'), recorded);
  });

  it('is what docs/results/reproduce makes, file for file', () => {
    expect(items.length).toBeGreaterThan(10);
    expect(readdirSync(shipped).sort()).toEqual([...files.keys()].sort());
    for (const [name, text] of files) expect(read(shipped, name) === text, name).toBe(true);
  });

  it.each(items)('%s says what the committed item says', (name) => {
    const file = JSON.parse(read(shipped, name)) as { figure?: ItemResult['figure'] };
    expect(file.figure?.panels.flatMap(({ points }) => points).length).not.toBe(0);
    delete file.figure;
    expect(file).toEqual(JSON.parse(read(recorded, name)));
  });

  it('lists every item with its verdicts', () => {
    const index = JSON.parse(read(shipped, 'index.json')) as ShippedIndex;
    expect(index.items.map(({ item }) => `${item}.json`).sort()).toEqual([...items].sort());
    for (const { item, verdicts } of index.items) {
      const file = JSON.parse(read(recorded, `${item}.json`)) as ItemResult;
      expect(verdicts).toEqual(file.verdicts.map(({ claim, outcome }) => ({ claim, outcome })));
    }
  });

  it('says why of every claim that does not hold or is undecided', () => {
    const open = items.flatMap((name) =>
      (JSON.parse(read(shipped, name)) as ItemResult).verdicts
        .filter(({ outcome, investigation }) => outcome !== 'holds' && !investigation)
        .map(({ claim }) => `${name}: ${claim}`),
    );
    expect(open).toEqual([]);
  });
});

it('an item whose runs are not found any more stays as it was judged, without a figure', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'actguide-ship-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ['fig8.json', 'fig8.csv', 'table5.json', 'table5.csv'])
    copyFileSync(join(recorded, name), join(folder, name));
  const files = await shippedResults(at('.'), folder);
  expect([...files.keys()].sort()).toEqual([
    'fig8.csv',
    'fig8.json',
    'index.json',
    'table5.csv',
    'table5.json',
  ]);
  const of = (name: string) => JSON.parse(files.get(name) ?? '') as ItemResult;
  expect(of('fig8.json')).toEqual({ ...JSON.parse(read(recorded, 'fig8.json')), figure: null });
  expect(of('table5.json').done).toBe(true);
  expect(of('table5.json').verdicts).toEqual(
    (JSON.parse(read(recorded, 'table5.json')) as ItemResult).verdicts,
  );
  expect(files.get('fig8.csv')).toBe(read(recorded, 'fig8.csv'));
});
