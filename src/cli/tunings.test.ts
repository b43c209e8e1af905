import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tuningFile } from './tunings.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'actguide-tunings-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const tuning = { tilings: { product: 'shared', tn: 'plain' } } as const;

it('keeps tunings by key, in a folder it makes', async () => {
  const path = join(folder, 'cache', 'tunings.json');
  await tuningFile(path).set('a', tuning);
  await tuningFile(path).set('b', { tilings: { product: 'plain', tn: 'plain' } });
  expect(await tuningFile(path).get('a')).toEqual(tuning);
  expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')) as object)).toEqual(['a', 'b']);
});

it('does without a file that is damaged, and without a place to write', async () => {
  const path = join(folder, 'tunings.json');
  writeFileSync(path, '{"a": ');
  expect(await tuningFile(path).get('a')).toBeUndefined();
  await tuningFile(path).set('a', tuning);
  expect(await tuningFile(path).get('a')).toEqual(tuning);
  await expect(tuningFile(join(path, 'under a file')).set('a', tuning)).resolves.toBeUndefined();
});
