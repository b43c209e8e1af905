import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { OutFolder } from './runFolder.ts';

const base = mkdtempSync(join(tmpdir(), 'actguide-out-'));
afterAll(() => rmSync(base, { recursive: true }));

test('the folder is created with its first file', () => {
  const path = join(base, 'a/b');
  const out = new OutFolder(path);
  expect(existsSync(join(base, 'a'))).toBe(false);
  out.appendLine('metrics.jsonl', { step: 1 });
  out.appendLine('metrics.jsonl', { step: 2 });
  out.writeJson('run.json', { steps: 2 });
  expect(readdirSync(path).sort()).toEqual(['metrics.jsonl', 'run.json']);
  expect(readFileSync(join(path, 'metrics.jsonl'), 'utf8')).toBe('{"step":1}\n{"step":2}\n');
});

test('a folder that holds a run is refused, and so is a file', () => {
  const path = join(base, 'taken');
  new OutFolder(path).writeJson('run.json', {});
  expect(() => new OutFolder(path)).toThrow(/^--out: expected a folder without run\.json, got .*taken/);
  expect(() => new OutFolder(path, ['fig3.json'])).not.toThrow();
  const file = join(base, 'file');
  writeFileSync(file, '');
  expect(() => new OutFolder(file)).toThrow(/^--out: expected a folder/);
  expect(() => new OutFolder(join(file, 'below'))).toThrow(/^--out: expected a folder/);
});

test('folders within are created too', () => {
  const path = join(base, 'nested');
  new OutFolder(path).write('runs/a.json', 'a');
  expect(readFileSync(join(path, 'runs/a.json'), 'utf8')).toBe('a');
});

test.skipIf(!existsSync('/proc/self'))('where no folder can be made, that is said', () => {
  const out = new OutFolder('/proc/actguide/below', []);
  expect(() => out.write('a', 'a')).toThrow(
    /^--out: expected to write \/proc\/actguide\/below\/a, got (no folder there, nor room for one|no permission)\. /,
  );
});

test.skipIf(!existsSync('/dev/full'))('a full disk is said, and the older file stays as it was', () => {
  const path = join(base, 'full');
  const out = new OutFolder(path);
  out.write('run.json', 'before');
  mkdirSync(path, { recursive: true });
  symlinkSync('/dev/full', join(path, 'run.json.part'));
  expect(() => out.write('run.json', 'after')).toThrow(
    /^--out: expected to write .*run\.json, got a full disk\. Make room\. What was kept before stays\.$/,
  );
  expect(readFileSync(join(path, 'run.json'), 'utf8')).toBe('before');
  expect(readdirSync(path)).toEqual(['run.json']);
});

test('a file that cannot be written whole is not left behind half', () => {
  const path = join(base, 'half');
  const out = new OutFolder(path);
  // Data that cannot be written stand in for a disk that is full after the file was made.
  expect(() => out.create('reproduce.lock', Symbol('no data') as unknown as string)).toThrow();
  expect(readdirSync(path)).toEqual([]);
  out.create('reproduce.lock', 'mine');
  expect(() => out.create('reproduce.lock', 'other')).toThrow('EEXIST');
  expect(readFileSync(join(path, 'reproduce.lock'), 'utf8')).toBe('mine');
});
