import type { Gpu } from '../kernels/gpu.ts';
import { matmulPartialLength } from '../kernels/matmul.ts';
import { rmsnormPartialLength } from '../kernels/rmsnorm.ts';
import type { Tensor } from '../kernels/tensor.ts';
import type { PolicyConfig } from './types.ts';

/** What one layer computes for M rows; kept for the backward pass in training, shared by all layers in decoding. */
export interface LayerScratch {
  readonly normed1: Tensor; // (M, C)
  readonly rstd1: Tensor; // (M)
  readonly qkv: Tensor; // (M, 3C)
  readonly q: Tensor; // (M, C)
  readonly stats: Tensor; // (M, H, 2)
  readonly attended: Tensor; // (M, C)
  readonly middle: Tensor; // (M, C) residual stream after attention
  readonly normed2: Tensor; // (M, C)
  readonly rstd2: Tensor; // (M)
  readonly gateUp: Tensor; // (M, 2F)
  readonly hidden: Tensor; // (M, F)
}

/** Keys and values of one layer: the batch's own rows in training, the cache in decoding. */
export interface KeysValues {
  readonly keys: Tensor; // (*, C)
  readonly values: Tensor;
}

export type LayerActivations = LayerScratch & KeysValues;

/** Row metadata on the GPU, as `PrefixTree` holds it. */
export interface RowTensors {
  readonly tokens: Tensor;
  readonly position: Tensor;
  readonly kvRow: Tensor;
  readonly rows: Tensor;
  readonly paths: Tensor;
}

/** Owns tensors for up to `capacity` rows; `free` gives all of them back, and so does a constructor that throws. */
class Arena {
  private readonly owned: Tensor[] = [];

  /** `pathCapacity`: entries of the rows' paths. */
  constructor(
    protected readonly gpu: Gpu,
    readonly capacity: number,
    readonly pathCapacity: number,
  ) {}

  protected take(length: number, label: string): Tensor {
    try {
      const tensor = this.gpu.alloc(length, label);
      this.owned.push(tensor);
      return tensor;
    } catch (error) {
      this.free();
      throw error;
    }
  }

  free(): void {
    this.owned.forEach((tensor) => this.gpu.free(tensor));
  }

  protected takeRows(prefix: string): RowTensors {
    const { capacity } = this;
    return {
      tokens: this.take(capacity, `${prefix}.tokens`),
      position: this.take(capacity, `${prefix}.position`),
      kvRow: this.take(capacity, `${prefix}.kvRow`),
      rows: this.take(4 * capacity, `${prefix}.rows`),
      paths: this.take(this.pathCapacity, `${prefix}.paths`),
    };
  }

  protected takeLayer(config: PolicyConfig, keep: string): LayerScratch {
    const { width: C, feedForward: F, heads: H } = config;
    const M = this.capacity;
    const take = (perRow: number, name: string): Tensor => this.take(M * perRow, `${keep}.${name}`);
    return {
      normed1: take(C, 'normed1'),
      rstd1: take(1, 'rstd1'),
      qkv: take(3 * C, 'qkv'),
      q: take(C, 'q'),
      stats: take(2 * H, 'stats'),
      attended: take(C, 'attended'),
      middle: take(C, 'middle'),
      normed2: take(C, 'normed2'),
      rstd2: take(1, 'rstd2'),
      gateUp: take(2 * F, 'gateUp'),
      hidden: take(F, 'hidden'),
    };
  }
}

/** Everything a training minibatch of up to `capacity` rows needs, forward and backward. */
export class TrainingArena extends Arena {
  readonly input: RowTensors;
  readonly starts: Tensor;
  readonly targets: Tensor;
  /** Residual stream entering layer l; the last one leaves the stack. */
  readonly residual: readonly Tensor[];
  readonly layers: readonly LayerActivations[];
  readonly normed: Tensor;
  readonly rstd: Tensor;
  readonly logits: Tensor;
  readonly logProb: Tensor;
  readonly entropy: Tensor;
  readonly lse: Tensor;
  readonly weight: Tensor;
  readonly zero: Tensor;
  readonly order: Tensor;
  readonly orderStarts: Tensor;
  readonly dLogits: Tensor;
  readonly dResidual: Tensor;
  readonly dNormed: Tensor;
  readonly dHidden: Tensor;
  readonly dGateUp: Tensor;
  readonly dAttended: Tensor;
  readonly dQ: Tensor;
  readonly dK: Tensor;
  readonly dV: Tensor;
  readonly dQkv: Tensor;
  readonly partial: Tensor;

  constructor(gpu: Gpu, config: PolicyConfig, capacity: number, pathCapacity: number) {
    super(gpu, capacity, pathCapacity);
    const { width: C, feedForward: F, vocabulary: V, layers } = config;
    const take = (perRow: number, name: string): Tensor => this.take(capacity * perRow, name);
    this.input = this.takeRows('batch');
    this.starts = this.take(capacity + 1, 'starts');
    this.targets = take(1, 'targets');
    this.residual = Array.from({ length: layers + 1 }, (_, l) => take(C, `residual${l}`));
    this.layers = Array.from({ length: layers }, (_, l) => ({
      ...this.takeLayer(config, `layer${l}`),
      keys: take(C, `layer${l}.keys`),
      values: take(C, `layer${l}.values`),
    }));
    this.normed = take(C, 'normed');
    this.rstd = take(1, 'rstd');
    this.logits = take(V, 'logits');
    this.logProb = take(1, 'logProb');
    this.entropy = take(1, 'entropy');
    this.lse = take(1, 'lse');
    this.weight = take(1, 'weight');
    this.zero = take(1, 'zero');
    this.order = take(1, 'order');
    this.orderStarts = this.take(V + 1, 'orderStarts');
    this.dLogits = take(V, 'dLogits');
    this.dResidual = take(C, 'dResidual');
    this.dNormed = take(C, 'dNormed');
    this.dHidden = take(F, 'dHidden');
    this.dGateUp = take(2 * F, 'dGateUp');
    this.dAttended = take(C, 'dAttended');
    this.dQ = take(C, 'dQ');
    this.dK = take(C, 'dK');
    this.dV = take(C, 'dV');
    this.dQkv = take(3 * C, 'dQkv');
    const widest = C * Math.max(3 * C, 2 * F, V);
    this.partial = this.take(
      Math.max(matmulPartialLength({ M: 1, N: widest, K: capacity }), rmsnormPartialLength(capacity, C)),
      'partial',
    );
  }
}

/** Scratch for decoding up to `capacity` rows at once; layers share it, each brings its own keys and values. */
export class DecodingArena extends Arena {
  readonly feed: RowTensors;
  readonly residual: Tensor;
  readonly scratch: LayerScratch;

  constructor(gpu: Gpu, config: PolicyConfig, capacity: number, pathCapacity: number) {
    super(gpu, capacity, pathCapacity);
    this.feed = this.takeRows('feed');
    this.residual = this.take(capacity * config.width, 'residual');
    this.scratch = this.takeLayer(config, 'decode');
  }
}
