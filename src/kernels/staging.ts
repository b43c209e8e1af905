import { LabError } from '../core/errors.ts';
import type { Gpu } from './gpu.ts';

/** Bytes of the buffer that a read of `bytes` goes through. */
export const stagingBytes = (bytes: number): number => 2 ** Math.ceil(Math.log2(Math.max(4096, bytes)));

/** Reused MAP_READ buffers: allocating one per read is slow, and a forgotten one is a leak. */
export class StagingRing {
  private readonly idle: GPUBuffer[] = [];

  constructor(private readonly gpu: Gpu) {}

  /** A mappable buffer of at least `bytes`, the smallest idle one that fits. */
  take(bytes: number): GPUBuffer {
    let best = -1;
    for (let i = 0; i < this.idle.length; i++)
      if (this.idle[i].size >= bytes && (best < 0 || this.idle[i].size < this.idle[best].size)) best = i;
    if (best >= 0) return this.idle.splice(best, 1)[0];
    return this.gpu.createBuffer(
      stagingBytes(bytes),
      GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      'staging',
    );
  }

  /** Maps `buffer`, copies its first `bytes` out and gives it back. @throws if the map fails: zeros are never returned. */
  async read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    try {
      await buffer.mapAsync(GPUMapMode.READ, 0, Math.ceil(bytes / 8) * 8);
    } catch (error) {
      this.gpu.requireAlive();
      throw new LabError(`gpu: reading ${bytes} bytes back failed: ${String(error)}. Start the run again.`);
    }
    this.gpu.requireAlive();
    const copy = buffer.getMappedRange(0, Math.ceil(bytes / 8) * 8).slice(0, bytes);
    buffer.unmap();
    this.idle.push(buffer);
    return copy;
  }
}
