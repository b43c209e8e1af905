import { LabError } from '../core/errors.ts';
import type { Gpu } from './gpu.ts';

/** WebGPU allows this many queries in a set. */
const QUERIES = 4096;

/** Time of the dispatches of one name. */
export interface KernelTime {
  readonly ms: number;
  readonly dispatches: number;
}

/**
 * Times every dispatch by timestamp queries while it is the recorder's `profiler`: each dispatch then gets a pass of its
 * own, which costs a little and keeps neighbours from overlapping. Browsers may round timestamps to 0.1 ms.
 */
export class Profiler {
  private readonly names: string[] = [];
  private readonly queries: GPUQuerySet;

  /** @throws LabError on a device without timestamp queries. */
  constructor(private readonly gpu: Gpu) {
    if (!gpu.device.features.has('timestamp-query'))
      throw new LabError(
        'profiler: expected an adapter with timestamp-query, found one without. Time whole steps instead.',
      );
    this.queries = gpu.device.createQuerySet({ type: 'timestamp', count: QUERIES });
  }

  /** Where the pass of a dispatch called `name` writes its begin and end. @throws LabError when the set is full. */
  next(name: string): GPUComputePassTimestampWrites {
    const at = 2 * this.names.length;
    if (at + 2 > QUERIES)
      throw new LabError(
        `profiler: expected at most ${QUERIES / 2} dispatches, got more. Read times before.`,
      );
    this.names.push(name);
    return { querySet: this.queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
  }

  /** Times of what was dispatched and submitted since the last read, by name, the longest first. */
  async read(): Promise<Map<string, KernelTime>> {
    const { device } = this.gpu;
    const names = this.names.splice(0);
    const bytes = 16 * names.length;
    if (bytes === 0) return new Map();
    const { QUERY_RESOLVE, COPY_SRC } = GPUBufferUsage;
    const resolved = device.createBuffer({ size: bytes, usage: QUERY_RESOLVE | COPY_SRC });
    const staging = this.gpu.staging.take(bytes);
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(this.queries, 0, 2 * names.length, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, bytes);
    device.queue.submit([encoder.finish()]);
    const ticks = new BigUint64Array(await this.gpu.staging.read(staging, bytes));
    resolved.destroy();
    const times = new Map<string, KernelTime>();
    names.forEach((name, i) => {
      const { ms, dispatches } = times.get(name) ?? { ms: 0, dispatches: 0 };
      const took = Number(ticks[2 * i + 1] - ticks[2 * i]) / 1e6;
      times.set(name, { ms: ms + took, dispatches: dispatches + 1 });
    });
    return new Map([...times].sort(([, a], [, b]) => b.ms - a.ms));
  }

  destroy(): void {
    this.queries.destroy();
  }
}
