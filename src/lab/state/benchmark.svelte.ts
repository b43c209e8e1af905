import type { BenchRecord, SuiteName } from '../../bench/record.ts';
import type { BenchSize } from '../../bench/sizes.ts';
import type { BenchHeader } from '../../bench/suites.ts';
import type { BenchmarkApi, BenchmarkEvent, BenchmarkRequest } from '../../workers/benchmarkProtocol.ts';
import { modelsUrl, startBenchmark } from '../../workers/client.ts';
import { errorView } from '../../workers/errors.ts';
import type { ErrorView } from '../../workers/protocol.ts';
import type { RemoteWorker } from '../../workers/remote.ts';
import { caseLeftMs, usualSuites, type BenchmarkResult } from '../benchmark/results.ts';

/** What is measured now. */
export interface BenchmarkProgress {
  readonly suite: SuiteName;
  readonly what: string;
  readonly done: number;
  readonly of: number;
  /** Of this case; undefined before its first turn. */
  readonly leftMs: number | undefined;
}

/** Of weights, data and draws; that of `npm run bench`. */
const SEED = 7;

/** The benchmark of this machine: what to measure, what is under way, and what came out. */
export class Benchmark {
  suites = $state<SuiteName[]>([...usualSuites]);
  turns = $state(11);
  size = $state<BenchSize>('quick');
  going = $state(false);
  progress = $state.raw<BenchmarkProgress | undefined>();
  /** What has been measured so far; a new start begins afresh. */
  result = $state.raw<BenchmarkResult | undefined>();
  /** Whether the last one was stopped before its end. */
  stopped = $state(false);
  error = $state.raw<ErrorView | undefined>();
  private worker: RemoteWorker<BenchmarkApi> | undefined;
  private caseBegan = 0;
  /** Counts starts, so that news of one that was stopped is not taken for the next one's. */
  private attempt = 0;

  /** Measures what is chosen, in a worker of its own. */
  async start(): Promise<void> {
    if (this.going || this.suites.length === 0) return;
    const request = { suites: [...this.suites], turns: this.turns, size: this.size, seed: SEED };
    [this.going, this.stopped, this.error, this.result] = [true, false, undefined, undefined];
    const attempt = ++this.attempt;
    try {
      const worker = await startBenchmark((events) => {
        // It ends with its last event, not with the answer of the call, which may overtake that.
        for (const event of events) if (this.attempt === attempt && this.going) this.take(event, request);
      });
      if (this.attempt !== attempt || !this.going) return worker.terminate();
      this.worker = worker;
      await worker.call((remote) => remote.start(request, modelsUrl()));
    } catch (error) {
      if (this.attempt !== attempt || !this.going) return;
      this.error = errorView(error);
      this.end();
    }
  }

  /** Ends it at once: its worker and its GPU device go, what was measured stays. */
  stop(): void {
    if (!this.going) return;
    this.stopped = true;
    this.end();
  }

  private end(): void {
    [this.going, this.progress] = [false, undefined];
    const { worker } = this;
    this.worker = undefined;
    worker?.terminate();
  }

  private take(event: BenchmarkEvent, request: BenchmarkRequest): void {
    switch (event.type) {
      case 'header':
        this.result = begun(event.header, request);
        return;
      case 'progress': {
        const { suite, what, done, of } = event;
        if (done === 0) this.caseBegan = performance.now();
        const leftMs = caseLeftMs(done, of, performance.now() - this.caseBegan);
        this.progress = { suite, what, done, of, leftMs };
        return;
      }
      case 'record':
        this.result = this.result && withRecord(this.result, event.record);
        return;
      case 'error':
        this.error = event.error;
        return this.end();
      case 'done':
        return this.end();
    }
    event satisfies never;
  }
}

function begun(header: BenchHeader, request: BenchmarkRequest): BenchmarkResult {
  return {
    format: 1,
    createdAt: new Date().toISOString(),
    commit: import.meta.env.VITE_COMMIT ?? null,
    browser: navigator.userAgent,
    ...header,
    request,
    records: [],
  };
}

const withRecord = (result: BenchmarkResult, record: BenchRecord): BenchmarkResult => ({
  ...result,
  records: [...result.records, record],
});
