const waiting = new Set<() => void>();
let scheduled = false;

function next(): void {
  const [run] = waiting;
  scheduled = false;
  if (!run) return;
  waiting.delete(run);
  if (waiting.size > 0) schedule();
  run();
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setTimeout(next);
}

/**
 * Runs `run` in a task of its own behind what waits already, so that several drawings that are due at once never make one
 * long task. The function given back takes it out again, if it has not run.
 */
export function inTurn(run: () => void): () => void {
  waiting.add(run);
  schedule();
  return () => waiting.delete(run);
}
