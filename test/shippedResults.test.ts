import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { shippedResults } from '../src/cli/shipResults.ts';
import type { ItemFile, ShippedIndex } from '../src/experiments/index.ts';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const shipped = at('public/results');
const recorded = at('docs/results/reproduce');
const read = (folder: string, name: string): string => readFileSync(`${folder}/${name}`, 'utf8');
const parsed = <T>(folder: string, name: string): T => JSON.parse(read(folder, name)) as T;
const items = readdirSync(recorded).filter((name) => name.endsWith('.json'));

/** If one of these fails: `node scripts/shipResults.js`. */
describe('public/results', () => {
  it('is what docs/results/reproduce makes, file for file', () => {
    const files = shippedResults(recorded);
    expect(items.length).toBeGreaterThan(10);
    expect(readdirSync(shipped).sort()).toEqual([...files.keys()].sort());
    for (const [name, text] of files) expect(read(shipped, name) === text, name).toBe(true);
  });

  it.each(items)('%s says what the committed item says, and has a figure where that has', (name) => {
    const file = parsed<ItemFile>(shipped, name);
    expect(file).toEqual(parsed(recorded, name));
    expect(file.done).toBe(true);
    const drawn = readdirSync(recorded).includes(name.replace('.json', '.svg'));
    expect((file.figure?.panels.flatMap(({ points }) => points).length ?? 0) > 0).toBe(drawn);
    const lines = read(recorded, name.replace('.json', '.csv')).trim().split('\n');
    expect(read(shipped, name.replace('.json', '.csv')).trim().split('\n')).toEqual(lines);
    expect(lines.length).toBeGreaterThan(1);
  });

  it('lists every item with its verdicts', () => {
    const index = parsed<ShippedIndex>(shipped, 'index.json');
    expect(index.items.map(({ item }) => `${item}.json`).sort()).toEqual([...items].sort());
    for (const { item, verdicts, seeds } of index.items) {
      const file = parsed<ItemFile>(recorded, `${item}.json`);
      expect(verdicts).toEqual(file.verdicts.map(({ claim, outcome }) => ({ claim, outcome })));
      expect(seeds).toBe(file.context.seeds.length);
    }
  });

  it('says why of every claim that does not hold or is undecided', () => {
    const open = items.flatMap((name) =>
      parsed<ItemFile>(shipped, name)
        .verdicts.filter(({ outcome, investigation }) => outcome !== 'holds' && !investigation)
        .map(({ claim }) => `${name}: ${claim}`),
    );
    expect(open).toEqual([]);
  });
});
