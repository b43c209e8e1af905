import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { Browser } from 'playwright';

/** Niceness of what shall come first. */
const FIRST = -15;

/**
 * Lets the main thread of the page that trains come first on a core. The adapter of the tests computes on the page's own
 * cores, which are few and shared with other work; a person's GPU does not, so there the thread finds a core when it wants
 * one. Wall times then are those of the page, not of whoever else is at work. Linux alone, and root.
 * @returns whether it could be done.
 */
export async function comesFirst(browser: Browser): Promise<boolean> {
  const session = await browser.newBrowserCDPSession();
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const page = processInfo.find(({ type, id }) => type === 'renderer' && threads(id).includes('Dedicated'));
    if (!page) return false;
    // The scheduler shares cores among sessions first, then among the threads of one.
    writeFileSync(`/proc/${page.id}/autogroup`, String(FIRST));
    // The thread of this number is the process's first, the main one.
    setPriority(page.id, FIRST);
    return true;
  } catch {
    return false;
  } finally {
    await session.detach();
  }
}

/** Names of a process's threads. @throws where there is no /proc. */
const threads = (pid: number): string =>
  readdirSync(`/proc/${pid}/task`)
    .map((id) => readFileSync(`/proc/${pid}/task/${id}/comm`, 'utf8'))
    .join();
