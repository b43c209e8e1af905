import { readFileSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import type { OutFolder } from './runFolder.ts';

const LOCK = 'reproduce.lock';
/** The next lock, while one whose process is gone is replaced. */
const NEXT = `${LOCK}.next`;

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
  const own: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  if (!created(out, LOCK, own)) {
    refuseUnlessGone(path);
    takeOver(out, own);
  }
  return () => {
    const { pid, host, since } = holderIn(path) ?? own;
    if (pid === own.pid && host === own.host && since === own.since) rmSync(path, { force: true });
  };
}

/** Whether the file was not there and now is. */
function created(out: OutFolder, name: string, holder: Holder): boolean {
  try {
    out.create(name, `${JSON.stringify(holder)}\n`);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * Puts an own lock in the place of one whose process is gone. Of several that found it at once only the first creates
 * `NEXT`; who comes later finds, looking again, that the lock is no longer the one of a process that is gone.
 */
function takeOver(out: OutFolder, own: Holder): void {
  const [path, next] = [join(out.path, LOCK), join(out.path, NEXT)];
  if (!created(out, NEXT, own))
    throw new InputError(
      `--out: expected a folder that no other process works in, got one that another is just taking over. ` +
        `Start again; if it stays so, delete ${next}.`,
    );
  try {
    refuseUnlessGone(path);
    renameSync(next, path);
  } finally {
    rmSync(next, { force: true });
  }
}

function refuseUnlessGone(path: string): void {
  const found = holderIn(path);
  const here = found?.host === hostname();
  if (found && here && !isAlive(found.pid)) return;
  const who = found
    ? `where process ${found.pid} on ${found.host} has been at work since ${found.since}`
    : `with ${LOCK}, which does not say whose it is`;
  const remedy = here
    ? `Wait for it, or name another folder. If process ${found.pid} is no \`actguide\`, delete ${path}.`
    : `If nothing is at work there, delete ${path}.`;
  throw new InputError(
    `--out: expected a folder that no other \`reproduce\` or \`report\` works in, got one ${who}. ${remedy}`,
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
