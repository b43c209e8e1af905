import { LabError } from '../core/errors.ts';
import type { Gpu } from './gpu.ts';
import type { Op } from './op.ts';
import type { Profiler } from './profiler.ts';
import type { Tensor } from './tensor.ts';
import type { Tilings } from './tilings.ts';

const UNIFORM_STRIDE = 256;
const UNIFORM_SLOTS = 4096;
/** Bytes of the buffer that uniform values go through. */
export const UNIFORM_BYTES = UNIFORM_STRIDE * UNIFORM_SLOTS;

/**
 * Collects the dispatches of a step and submits them at once. WebGPU orders dispatches by their buffer
 * use, so ops that share buffers run in recorded order. Uniform values are written into one arena just
 * before the submit: they are data, never baked into anything cached.
 */
export class Recorder {
  private encoder: GPUCommandEncoder | undefined;
  private pass: GPUComputePassEncoder | undefined;
  private arena: GPUBuffer | undefined;
  private readonly arenaData = new ArrayBuffer(UNIFORM_BYTES);
  private readonly arenaU32 = new Uint32Array(this.arenaData);
  private readonly arenaF32 = new Float32Array(this.arenaData);
  private slot = 0;
  /** Dispatches recorded since the device was made. */
  dispatches = 0;
  submits = 0;
  /** Times the dispatches recorded while it is set. */
  profiler: Profiler | undefined;

  constructor(
    private readonly gpu: Gpu,
    /** How products are cut from now on. */
    public tilings: Tilings,
    /** Lanes of the smallest subgroup; 0 without subgroups. */
    readonly lanes: number,
    /** Consecutive threads that load for each other in attention, a subgroup; 0: none do. */
    public team: number,
  ) {}

  /** Records one kernel. `dims` fills the uniform struct, `constants` the WGSL overrides. */
  dispatch(
    op: Op,
    entryPoint: string,
    tensors: Readonly<Record<string, Tensor>>,
    dims: Readonly<Record<string, number>>,
    [x, y, z]: readonly [number, number, number],
    constants?: Readonly<Record<string, number>>,
  ): void {
    // A full arena is flushed: what is recorded so far runs first, in order.
    if (this.slot === UNIFORM_SLOTS) this.submit();
    this.arena ??= this.gpu.createBuffer(
      UNIFORM_BYTES,
      GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
      'uniforms',
    );
    const kernel = this.gpu.kernel(op, entryPoint, constants);
    const group = this.gpu.bindGroup(kernel, op, entryPoint, tensors, this.arena);
    let word = (this.slot * UNIFORM_STRIDE) / 4;
    for (const [field, type] of Object.entries(op.dims)) {
      const value = dims[field];
      if (value === undefined)
        throw new LabError(
          `${op.name}.${entryPoint}: expected a value for ${field}, got none. Pass ${field}.`,
        );
      if (type === 'u32') this.arenaU32[word] = value;
      else this.arenaF32[word] = value;
      word++;
    }
    this.encoder ??= this.gpu.device.createCommandEncoder();
    if (this.profiler) {
      this.pass?.end();
      const shape = dims.K === undefined ? '' : ` ${dims.M}x${dims.N}x${dims.K}`;
      const timestampWrites = this.profiler.next(`${op.name}.${entryPoint}${shape}`);
      this.pass = this.encoder.beginComputePass({ timestampWrites });
    }
    this.pass ??= this.encoder.beginComputePass();
    this.pass.setPipeline(kernel.pipeline);
    this.pass.setBindGroup(0, group, [this.slot * UNIFORM_STRIDE]);
    this.pass.dispatchWorkgroups(x, y, z);
    this.slot++;
    this.dispatches++;
  }

  /** Records a copy of `length` values. */
  copy(from: Tensor, to: Tensor, length: number, fromStart = 0, toStart = 0): void {
    this.endPass();
    this.encoder ??= this.gpu.device.createCommandEncoder();
    this.encoder.copyBufferToBuffer(
      from.buffer,
      from.offset + fromStart * 4,
      to.buffer,
      to.offset + toStart * 4,
      length * 4,
    );
  }

  /** Records zeros into the whole tensor. */
  clear(tensor: Tensor): void {
    this.endPass();
    this.encoder ??= this.gpu.device.createCommandEncoder();
    this.encoder.clearBuffer(tensor.buffer, tensor.offset, tensor.length * 4);
  }

  /** Submits what is recorded; nothing recorded, nothing submitted. */
  submit(): void {
    this.endPass();
    if (!this.encoder) return;
    this.gpu.requireAlive();
    const { queue } = this.gpu.device;
    if (this.arena && this.slot > 0)
      queue.writeBuffer(this.arena, 0, this.arenaData, 0, this.slot * UNIFORM_STRIDE);
    queue.submit([this.encoder.finish()]);
    this.encoder = undefined;
    this.slot = 0;
    this.submits++;
  }

  /** Submits, then resolves with the tensors' values (as float32; reinterpret `.buffer` for u32). */
  async submitAndRead(tensors: readonly Tensor[]): Promise<Float32Array[]> {
    const bytes = tensors.reduce((sum, t) => sum + t.length * 4, 0);
    const staging = this.gpu.staging.take(bytes);
    this.endPass();
    this.encoder ??= this.gpu.device.createCommandEncoder();
    let offset = 0;
    for (const t of tensors) {
      this.encoder.copyBufferToBuffer(t.buffer, t.offset, staging, offset, t.length * 4);
      offset += t.length * 4;
    }
    this.submit();
    const data = await this.gpu.staging.read(staging, bytes);
    offset = 0;
    return tensors.map((t) => {
      const values = new Float32Array(data, offset, t.length);
      offset += t.length * 4;
      return values;
    });
  }

  private endPass(): void {
    this.pass?.end();
    this.pass = undefined;
  }
}
