import * as Comlink from 'comlink';
import { LabError } from '../core/errors.ts';

/** A worker that ended while calls were waiting. */
export class WorkerDiedError extends LabError {
  override name = 'WorkerDiedError';
}

/** Proxies of live workers. A proxy that is garbage collected in mid-call would hang that call for ever. */
const alive = new Set<unknown>();

/** A worker behind a typed proxy whose calls never outlive it. */
export class RemoteWorker<Api> {
  private readonly remote: Comlink.Remote<Api>;
  private readonly death: Promise<never>;
  private die!: (reason: Error) => void;
  private dead = false;

  constructor(
    private readonly worker: Worker,
    private readonly name: string,
  ) {
    this.remote = Comlink.wrap<Api>(worker);
    alive.add(this.remote);
    this.death = new Promise<never>((_, reject) => (this.die = reject));
    this.death.catch(() => undefined);
    worker.addEventListener('error', (event) =>
      this.end(
        `${name}: expected a running worker, it failed (${event.message || 'script error'}). Reload the page.`,
      ),
    );
    worker.addEventListener('messageerror', () =>
      this.end(`${name}: expected a readable message, got one that cannot be decoded. Reload the page.`),
    );
  }

  /** Runs one call. @throws WorkerDiedError when the worker ends first; otherwise what the call throws. */
  call<R>(invoke: (remote: Comlink.Remote<Api>) => Promise<R>): Promise<R> {
    if (this.dead) return this.death;
    return Promise.race([invoke(this.remote), this.death]);
  }

  /** Ends the worker; calls still waiting are rejected. */
  terminate(): void {
    this.end(`${this.name}: the worker was closed before it answered.`);
  }

  private end(reason: string): void {
    if (this.dead) return;
    this.dead = true;
    this.die(new WorkerDiedError(reason));
    this.worker.terminate();
    alive.delete(this.remote);
  }
}
