import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lockFolder } from './folderLock.ts';
import { OutFolder } from './runFolder.ts';

const folder = mkdtempSync(join(tmpdir(), 'actguide-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

const lockOf = (name: string) => join(folder, name, 'reproduce.lock');
const locked = (name: string, text: string) => {
  const out = new OutFolder(join(folder, name), []);
  out.write('reproduce.lock', text);
  return out;
};
const since = '2026-01-01T00:00:00.000Z';

describe('lockFolder', () => {
  it('names the process that is at work, and lets the next in when that has ended', () => {
    const out = new OutFolder(join(folder, 'held'), []);
    const release = lockFolder(out);
    expect(JSON.parse(readFileSync(lockOf('held'), 'utf8'))).toMatchObject({ pid: process.pid });
    expect(() => lockFolder(out)).toThrow(
      new RegExp(`^--out: expected a folder .* process ${process.pid} on .* at work since .*Wait for it`),
    );
    expect(existsSync(lockOf('held'))).toBe(true);
    release();
    expect(existsSync(lockOf('held'))).toBe(false);
    lockFolder(out)();
  });

  it('takes over the lock of a process that died', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const out = locked('stale', JSON.stringify({ pid, host: hostname(), since }));
    const release = lockFolder(out);
    expect(JSON.parse(readFileSync(lockOf('stale'), 'utf8'))).toMatchObject({ pid: process.pid });
    release();
  });

  it('leaves alone what another machine holds, or nobody knows, and says how to go on', () => {
    const far = locked('far', JSON.stringify({ pid: 1, host: 'elsewhere', since }));
    expect(() => lockFolder(far)).toThrow(/process 1 on elsewhere .* delete .*reproduce\.lock\.$/);
    const unknown = locked('unknown', '');
    expect(() => lockFolder(unknown)).toThrow(/does not say whose it is.* delete .*reproduce\.lock\.$/);
    expect(readFileSync(lockOf('unknown'), 'utf8')).toBe('');
    writeFileSync(lockOf('unknown'), '{"pid": 5}');
    expect(() => lockFolder(unknown)).toThrow(/does not say whose it is/);
  });
});
