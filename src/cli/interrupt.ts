/**
 * A signal that Ctrl-C (or SIGTERM) aborts: the command leaves what it is at, keeps what it has and exits
 * with {@link INTERRUPTED}. A second Ctrl-C stops at once.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const stop = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - first > sameKeyMs) process.exit(INTERRUPTED);
      return;
    }
    first = performance.now();
    process.stderr.write('\nStopping and keeping the results. Ctrl-C again stops at once.\n');
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

/** The terminal and npx may both deliver one Ctrl-C. */
const sameKeyMs = 300;

/** Exit code of a command that was interrupted, as shells have it: 128 + SIGINT. */
export const INTERRUPTED = 130;
