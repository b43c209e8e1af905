import type { Gpu } from '../kernels/gpu.ts';
import { view, type Tensor } from '../kernels/tensor.ts';
import { decodingBuffers, trainingBuffers, type Lengths } from './buffers.ts';
import type { PolicyConfig } from './types.ts';

/**
 * What one layer computes for M rows; shared by all layers in decoding. Tensors that are never needed at the same time
 * are views of one buffer (`buffers.ts` says which): normed1, normed2 and hidden; qkv and gateUp.
 */
export interface LayerScratch {
  readonly normed1: Tensor; // (M, C)
  readonly qkv: Tensor; // (M, 3C)
  readonly q: Tensor; // (M, C)
  readonly stats: Tensor; // (M, H, 2)
  readonly attended: Tensor; // (M, C)
  readonly middle: Tensor; // (M, C) residual stream after attention
  readonly normed2: Tensor; // (M, C)
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
  readonly rows: Tensor;
  readonly paths: Tensor;
}

/** Owns the buffers that `lengths` names; `free` gives all of them back, and so does a constructor that throws. */
class Arena {
  private readonly owned = new Map<string, Tensor>();

  constructor(
    private readonly gpu: Gpu,
    lengths: Lengths,
  ) {
    try {
      for (const [label, length] of lengths) this.owned.set(label, gpu.alloc(length, label));
    } catch (error) {
      this.free();
      throw error;
    }
  }

  free(): void {
    this.owned.forEach((tensor) => this.gpu.free(tensor));
  }

  protected get(label: string): Tensor {
    return this.owned.get(label) as Tensor;
  }

  protected rowsOf(prefix: string): RowTensors {
    const get = (name: string): Tensor => this.get(`${prefix}.${name}`);
    return {
      tokens: get('tokens'),
      rows: get('rows'),
      paths: get('paths'),
    };
  }

  protected layerOf(prefix: string, wide: Tensor): LayerScratch {
    const get = (name: string): Tensor => this.get(`${prefix}.${name}`);
    return {
      normed1: wide,
      qkv: get('gateUp'),
      q: get('q'),
      stats: get('stats'),
      attended: get('attended'),
      middle: get('middle'),
      normed2: wide,
      gateUp: get('gateUp'),
      hidden: wide,
    };
  }
}

/** Everything a training minibatch of up to `capacity` rows needs, forward and backward: see `trainingBuffers`. */
export class TrainingArena extends Arena {
  readonly input: RowTensors;
  /** The rows whose predictions are needed, see `PrefixTree`: all that the last layer computes behind keys and values. */
  readonly head: {
    readonly index: Tensor;
    readonly of: Tensor;
    readonly rows: Tensor;
    readonly keyRows: Tensor;
    /** (R, C) residual stream that enters the last layer; in the backward pass its gradient. */
    readonly x: Tensor;
    readonly q: Tensor; // (R, C)
  };
  readonly starts: Tensor;
  readonly targets: Tensor;
  /** Residual stream entering layer l; the last one leaves the stack. */
  readonly residual: readonly Tensor[];
  readonly layers: readonly LayerActivations[];
  readonly normed: Tensor;
  readonly rstd: Tensor;
  /** The loss's backward turns them into their gradient. */
  readonly logits: Tensor;
  readonly logProb: Tensor;
  readonly entropy: Tensor;
  readonly lse: Tensor;
  readonly weight: Tensor;
  readonly zero: Tensor;
  readonly order: Tensor;
  readonly orderStarts: Tensor;
  readonly dResidual: Tensor;
  readonly dNormed: Tensor;
  readonly dHidden: Tensor;
  readonly dAttended: Tensor;
  readonly dQ: Tensor;
  readonly dK: Tensor;
  readonly dV: Tensor;
  readonly partial: Tensor;

  /** `capacity`: a multiple of 64; `pathCapacity`: entries of the rows' paths. */
  constructor(
    gpu: Gpu,
    config: PolicyConfig,
    readonly capacity: number,
    readonly pathCapacity: number,
  ) {
    super(gpu, trainingBuffers(config, capacity, pathCapacity));
    const { width: C, layers } = config;
    const get = (label: string): Tensor => this.get(label);
    this.input = this.rowsOf('batch');
    this.head = {
      index: get('heads'),
      of: get('headOf'),
      rows: get('head.rows'),
      keyRows: get('head.keyRows'),
      x: get('head.x'),
      q: get('head.q'),
    };
    this.starts = get('starts');
    this.targets = get('targets');
    this.residual = Array.from({ length: layers + 1 }, (_, l) => get(`residual${l}`));
    const wide = get('wide');
    this.layers = Array.from({ length: layers }, (_, l) => ({
      ...this.layerOf(`layer${l}`, wide),
      keys: get(`layer${l}.keys`),
      values: get(`layer${l}.values`),
    }));
    this.normed = this.dHidden = wide;
    [this.dQ, this.dK, this.dV] = [0, 1, 2].map((i) => view(wide, i * capacity * C, capacity * C));
    this.rstd = get('rstd');
    this.logits = get('logits');
    this.logProb = get('logProb');
    this.entropy = get('entropy');
    this.lse = get('lse');
    this.weight = get('weight');
    this.zero = get('zero');
    this.order = get('order');
    this.orderStarts = get('orderStarts');
    this.dResidual = get('dResidual');
    this.dNormed = this.dAttended = get('dNormed');
    this.partial = get('partial');
  }
}

/** Scratch for decoding up to `capacity` rows at once; layers share it, each brings its own keys and values. */
export class DecodingArena extends Arena {
  readonly feed: RowTensors;
  readonly residual: Tensor;
  readonly scratch: LayerScratch;

  constructor(
    gpu: Gpu,
    config: PolicyConfig,
    readonly capacity: number,
    readonly pathCapacity: number,
  ) {
    super(gpu, decodingBuffers(config, capacity, pathCapacity));
    this.feed = this.rowsOf('feed');
    this.residual = this.get('residual');
    this.scratch = this.layerOf('decode', this.get('wide'));
  }
}
