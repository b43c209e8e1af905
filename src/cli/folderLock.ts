import { readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import type { OutFolder } from './runFolder.ts';

const LOCK = 'reproduce.lock';

/** Who is at work in a folder. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
}

/**
 * Keeps a folder of `reproduce` to this process until what is returned is called: two would make each other's runs and
 * overwrite each other's results. A lock whose process is gone, on this machine, is taken over.
 * @throws InputError while another process is at work there, or may be.
 */
export function lockFolder(out: OutFolder): () => void {
  const path = join(out.path, LOCK);
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  const take = (): void => out.create(LOCK, `${JSON.stringify(holder)}\n`);
  try {
    take();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    refuseUnlessGone(path);
    rmSync(path, { force: true });
    take();
  }
  return () => rmSync(path, { force: true });
}

function refuseUnlessGone(path: string): void {
  const found = holderIn(path);
  if (found && found.host === hostname() && !isAlive(found.pid)) return;
  const who = found
    ? `where process ${found.pid} on ${found.host} has been at work since ${found.since}`
    : `with ${LOCK}, which does not say whose it is`;
  const remedy =
    found?.host === hostname()
      ? 'Wait for it, or name another folder.'
      : `If nothing is at work there, delete ${path}.`;
  throw new InputError(
    `--out: expected a folder that no other \`reproduce\` works in, got one ${who}. ${remedy}`,
  );
}

/** Null where the file is gone or says nothing. */
function holderIn(path: string): Holder | null {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    return pid !== undefined && host !== undefined && since !== undefined ? { pid, host, since } : null;
  } catch {
    return null;
  }
}

/** Whether a process of this machine runs; one of another user does too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
