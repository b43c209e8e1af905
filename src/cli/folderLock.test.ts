import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
      new RegExp(
        `^--out: expected a folder .* process ${process.pid} on .* at work since .*Wait for it.* If process ${process.pid} is no .*, delete .*held/reproduce\\.lock\\.$`,
      ),
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

  it('goes to the first of two that find the same lock of a process that died', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const out = locked('race', JSON.stringify({ pid, host: hostname(), since }));
    const releases: (() => void)[] = [];
    /** Looks while the old lock is there, and is overtaken before it acts. */
    class Late extends OutFolder {
      override create(name: string, data: string): void {
        if (name !== 'reproduce.lock') releases.push(lockFolder(out));
        super.create(name, data);
      }
    }
    expect(() => lockFolder(new Late(out.path, []))).toThrow(`where process ${process.pid} on`);
    expect(releases).toHaveLength(1);
    expect(readdirSync(out.path)).toEqual(['reproduce.lock']);
    releases[0]();
    expect(readdirSync(out.path)).toEqual([]);
  });

  it('says which file to delete where a process died while it took a lock over', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const out = locked('half', JSON.stringify({ pid, host: hostname(), since }));
    out.write('reproduce.lock.next', '');
    expect(() => lockFolder(out)).toThrow(/just taking over\. .* delete .*half\/reproduce\.lock\.next\.$/);
    expect(existsSync(lockOf('half'))).toBe(true);
  });

  it('leaves the lock of another alone when it is given back late', () => {
    const out = new OutFolder(join(folder, 'late'), []);
    const release = lockFolder(out);
    const theirs = JSON.stringify({ pid: 1, host: 'elsewhere', since });
    writeFileSync(lockOf('late'), theirs);
    release();
    expect(readFileSync(lockOf('late'), 'utf8')).toBe(theirs);
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
