import { DeviceLostError, LabError, NoGpuError } from '../core/errors.ts';
import type { Op } from './op.ts';
import { Recorder } from './recorder.ts';
import { StagingRing } from './staging.ts';
import { tensorBytes, type Tensor } from './tensor.ts';
import { usualTilings, type Tilings } from './tilings.ts';

export interface AdapterSummary {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly software: boolean;
  /** Smallest subgroup the adapter may run; 0 without subgroups. */
  readonly subgroupSize: number;
  /** How products are cut there; absent in older records. */
  readonly tilings?: Tilings;
  /** Whether policies that can play whole episodes in a dispatch do so; absent in older records. */
  readonly fusedRollouts?: boolean;
}

/** What buffers may take. */
export interface MemoryLimits {
  /** Bytes of all buffers together; Infinity: no budget. */
  readonly budgetBytes: number;
  /** Bytes of one buffer, all of it bound. */
  readonly bufferBytes: number;
}

export interface CompiledKernel {
  readonly id: number;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/**
 * One GPU device: compiles kernels once, owns every buffer it hands out, counts the bytes.
 * Nothing here is garbage collected: `free` what you allocate, `destroy` when done.
 */
export class Gpu {
  private readonly kernels = new Map<string, CompiledKernel>();
  private readonly modules = new Map<string, GPUShaderModule>();
  private readonly owned = new Set<GPUBuffer>();
  private readonly bindGroups = new Map<string, GPUBindGroup>();
  private readonly bufferIds = new WeakMap<GPUBuffer, number>();
  private nextBufferId = 0;
  private lostReason: string | undefined;
  private failure: string | undefined;
  readonly staging: StagingRing;
  readonly recorder: Recorder;
  readonly memory: MemoryLimits;
  /** Whether policies play whole episodes in a dispatch where nobody says otherwise: no GPU has been measured with it yet. */
  fusedRollouts = false;
  /** Bytes of the buffers alive now. */
  allocatedBytes = 0;
  /** Largest `allocatedBytes` so far. */
  peakBytes = 0;

  private constructor(
    readonly device: GPUDevice,
    private readonly facts: AdapterSummary,
    /** Held because Dawn for Node crashes when its instance is garbage collected under a living device. */
    readonly api: GPU,
    budgetBytes: number,
    team: number,
  ) {
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    this.memory = { budgetBytes, bufferBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize) };
    this.staging = new StagingRing(this);
    this.recorder = new Recorder(this, usualTilings(facts), facts.subgroupSize, team);
    device.addEventListener('uncapturederror', (event) => {
      this.failure ??= event.error.message;
    });
    void device.lost.then((info) => {
      this.lostReason = `${info.reason}: ${info.message}`;
    });
  }

  /**
   * `budgetBytes`: what plans keep to (`policy/memoryPlan.ts`).
   * @throws NoGpuError when there is no WebGPU or no adapter, with the remedy.
   */
  static async acquire(gpu: GPU | undefined, budgetBytes = Infinity): Promise<Gpu> {
    if (!gpu)
      throw new NoGpuError(
        'webgpu: expected navigator.gpu, found none. Use a current Chrome, Edge, Firefox or Safari over https or localhost.',
      );
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter)
      throw new NoGpuError(
        'webgpu: expected a GPU adapter, found none. Turn on hardware acceleration in the browser settings, ' +
          'or start Chrome with --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader for a software adapter.',
      );
    const { limits, info } = adapter;
    const device = await adapter.requestDevice({
      requiredFeatures: (['subgroups', 'timestamp-query'] as const).filter((f) => adapter.features.has(f)),
      requiredLimits: {
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxBufferSize: limits.maxBufferSize,
      },
    });
    const text = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`.toLowerCase();
    const summary = {
      vendor: info.vendor,
      architecture: info.architecture,
      description: info.description || info.device || info.vendor,
      subgroupSize: device.features.has('subgroups') ? (info.subgroupMinSize ?? 0) : 0,
      software: /swiftshader|llvmpipe|software|lavapipe/.test(text),
    };
    // Consecutive threads are a subgroup on software; WebGPU does not promise it.
    const team = summary.software && info.subgroupMaxSize === summary.subgroupSize ? summary.subgroupSize : 0;
    return new Gpu(device, summary, gpu, budgetBytes, team);
  }

  get adapter(): AdapterSummary {
    return { ...this.facts, tilings: this.recorder.tilings, fusedRollouts: this.fusedRollouts };
  }

  /** @throws DeviceLostError once the device is gone, LabError after a validation or memory error. */
  requireAlive(): void {
    if (this.failure !== undefined)
      throw new LabError(`webgpu: ${this.failure}. Reload, or start again with a smaller batch or policy.`);
    if (this.lostReason !== undefined)
      throw new DeviceLostError(
        `webgpu: the GPU device was lost (${this.lostReason}). Reload the page, or run the command again.`,
      );
  }

  /** Zero-filled storage for `length` 4-byte values. */
  alloc(length: number, label?: string): Tensor {
    const bytes = tensorBytes(length);
    const limit = this.memory.bufferBytes;
    if (bytes > limit)
      throw new LabError(
        `gpu: expected a tensor of at most ${limit} bytes, got ${bytes}${label ? ` for ${label}` : ''}. ` +
          'Choose a smaller batch or policy.',
      );
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    return { buffer: this.createBuffer(bytes, usage, label), offset: 0, length };
  }

  /** Storage filled with `data`. */
  upload(data: Float32Array | Uint32Array, label?: string): Tensor {
    const tensor = this.alloc(data.length, label);
    this.write(tensor, data);
    return tensor;
  }

  /** Queues `data` into `tensor`; takes effect before the next submit. */
  write(tensor: Tensor, data: Float32Array | Uint32Array): void {
    if (data.length > tensor.length)
      throw new LabError(`gpu.write: expected at most ${tensor.length} values, got ${data.length}.`);
    this.requireAlive();
    this.device.queue.writeBuffer(
      tensor.buffer,
      tensor.offset,
      data.buffer,
      data.byteOffset,
      data.byteLength,
    );
  }

  /** Reads tensors back (a submit and a map). Meant for tests, exports and small results. */
  async read(...tensors: Tensor[]): Promise<Float32Array[]> {
    return this.recorder.submitAndRead(tensors);
  }

  /** Frees the whole buffer behind `tensor`. Safe right after a submit that uses it. */
  free(tensor: Tensor): void {
    this.destroyBuffer(tensor.buffer);
  }

  createBuffer(size: number, usage: number, label?: string): GPUBuffer {
    this.requireAlive();
    const buffer = this.device.createBuffer({ size, usage, label });
    this.owned.add(buffer);
    this.allocatedBytes += size;
    this.peakBytes = Math.max(this.peakBytes, this.allocatedBytes);
    return buffer;
  }

  destroyBuffer(buffer: GPUBuffer): void {
    if (!this.owned.delete(buffer)) return;
    this.allocatedBytes -= buffer.size;
    // Bind groups keep destroyed buffers alive; they are cheap to make again.
    this.bindGroups.clear();
    buffer.destroy();
  }

  /** The compiled entry point, from the cache. `constants` are WGSL overrides. */
  kernel(op: Op, entryPoint: string, constants: Readonly<Record<string, number>> = {}): CompiledKernel {
    let key = `${op.name}.${entryPoint}`;
    for (const name in constants) key += ` ${name}=${constants[name]}`;
    const cached = this.kernels.get(key);
    if (cached) return cached;
    // While the driver compiles, the GPU works on what is recorded so far.
    this.recorder.submit();
    const used = op.kernels[entryPoint];
    const names = Object.keys(op.bindings);
    const layout = this.device.createBindGroupLayout({
      label: key,
      entries: [
        {
          binding: 0,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: uniformBytes(op) },
        },
        ...used.map((name) => ({
          binding: names.indexOf(name) + 1,
          visibility: GPUShaderStage.COMPUTE,
          buffer: {
            type: op.bindings[name] === 'read' ? ('read-only-storage' as const) : ('storage' as const),
          },
        })),
      ],
    });
    const pipeline = this.device.createComputePipeline({
      label: key,
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: this.module(op), entryPoint, constants },
    });
    const kernel = { id: this.kernels.size, pipeline, layout };
    this.kernels.set(key, kernel);
    return kernel;
  }

  /** The bind group for these buffers, from the cache. */
  bindGroup(
    kernel: CompiledKernel,
    op: Op,
    entryPoint: string,
    tensors: Readonly<Record<string, Tensor>>,
    uniforms: GPUBuffer,
  ): GPUBindGroup {
    const names = Object.keys(op.bindings);
    let key = String(kernel.id);
    for (const name of op.kernels[entryPoint]) {
      const tensor = tensors[name];
      if (!tensor)
        throw new LabError(
          `${op.name}.${entryPoint}: expected a tensor for binding ${name}, got none. Pass ${name}.`,
        );
      key += `|${this.idOf(tensor.buffer)}+${tensor.offset}:${tensor.length}`;
    }
    const cached = this.bindGroups.get(key);
    if (cached) return cached;
    const group = this.device.createBindGroup({
      layout: kernel.layout,
      entries: [
        { binding: 0, resource: { buffer: uniforms, size: uniformBytes(op) } },
        ...op.kernels[entryPoint].map((name) => ({
          binding: names.indexOf(name) + 1,
          resource: {
            buffer: tensors[name].buffer,
            offset: tensors[name].offset,
            size: Math.max(16, Math.ceil(tensors[name].length / 4) * 16),
          },
        })),
      ],
    });
    this.bindGroups.set(key, group);
    return group;
  }

  /** Frees every buffer and the device. */
  destroy(): void {
    for (const buffer of this.owned) buffer.destroy();
    this.owned.clear();
    this.bindGroups.clear();
    this.allocatedBytes = 0;
    this.device.destroy();
  }

  private idOf(buffer: GPUBuffer): number {
    let id = this.bufferIds.get(buffer);
    if (id === undefined) this.bufferIds.set(buffer, (id = this.nextBufferId++));
    return id;
  }

  private module(op: Op): GPUShaderModule {
    let module = this.modules.get(op.name);
    if (!module) {
      module = this.device.createShaderModule({ label: op.name, code: op.wgsl });
      this.modules.set(op.name, module);
      void module.getCompilationInfo().then(({ messages }) => {
        for (const m of messages)
          if (m.type === 'error')
            console.error(
              `${op.name}.wgsl:${m.lineNum}:${m.linePos} ${m.message}\n  ${op.wgsl.split('\n')[m.lineNum - 1]}`,
            );
      });
    }
    return module;
  }
}

/** Uniform structs are padded to 16 bytes. */
export function uniformBytes(op: Op): number {
  return Math.ceil(Object.keys(op.dims).length / 4) * 16;
}
