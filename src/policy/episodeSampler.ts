import type { Gpu } from '../kernels/gpu.ts';
import {
  DRAW_WORDS,
  feedSequences,
  playTurns,
  rolloutTile,
  sequenceFields,
  type RolloutShape,
  type SequenceState,
} from '../kernels/rollout.ts';
import { part, type Tensor } from '../kernels/tensor.ts';
import { chunksOf, placeEpisodes, type Placed } from './episodePlaces.ts';
import { parameterLayout } from './parameters.ts';
import {
  NORM_EPS,
  type EpisodeSampler,
  type PolicyConfig,
  type SampledEpisode,
  type TableEpisodes,
} from './types.ts';

/** Most bytes of keys and values at once. */
const CACHE_BYTES = 256 * 2 ** 20;
/** Multiply-adds of one submit: a fifth of a second at a modest 40 GFLOP/s. */
const WORK_PER_SUBMIT = 4e9;
/** Invocations that share a sequence. Software adapters pay for barriers by the invocation. */
const SIZE = { hardware: 128, software: 32 };

const SEQUENCE_WORDS = sequenceFields.length;

/** The policy's shape as the rollout kernel wants it. */
export function rolloutShape(config: PolicyConfig): RolloutShape {
  const { layers: L, width: C, heads: H, feedForward: F, vocabulary: V, context: T } = config;
  return { L, C, H, F, V, T, eps: NORM_EPS };
}

/** [2 + 6L] where the kernel finds each matrix in the flat parameters, in quads. */
export function weightPlaces(config: PolicyConfig): Uint32Array {
  const starts = new Map(parameterLayout(config).views.map(({ name, start }) => [name, start / 4]));
  const layers = Array.from({ length: config.layers }, (_, l) =>
    ['norm1', 'qkv', 'out', 'norm2', 'gateUp', 'down'].map((name) => `${l}.${name}`),
  );
  return Uint32Array.from(['embedding', 'norm', ...layers.flat()], (name) => starts.get(name) as number);
}

type BufferName = 'places' | 'tables' | 'cache' | 'sequences' | 'draws';

/**
 * Samples whole episodes on the GPU, a workgroup each: a few submits, one read at the end. Openings that episodes
 * share are computed once. Same draws as {@link GpuDecoder}, up to rounding in the logits.
 */
export class GpuEpisodeSampler implements EpisodeSampler {
  private readonly shape: RolloutShape;
  private readonly parameters: number;
  private readonly buffers = new Map<BufferName, Tensor>();

  /**
   * What runs `config` on this device, or undefined where its rows do not fit a workgroup. `weights`: flat
   * parameters, `angles`: `ropeTable`; neither is freed here. `size`: invocations that share a sequence.
   */
  static of(
    gpu: Gpu,
    config: PolicyConfig,
    weights: Tensor,
    angles: Tensor,
    size = gpu.adapter.software ? SIZE.software : SIZE.hardware,
  ): GpuEpisodeSampler | undefined {
    if (rolloutTile(rolloutShape(config)) === 0) return undefined;
    return new GpuEpisodeSampler(gpu, config, weights, angles, size);
  }

  private constructor(
    private readonly gpu: Gpu,
    config: PolicyConfig,
    private readonly weights: Tensor,
    private readonly angles: Tensor,
    private readonly size: number,
  ) {
    this.shape = rolloutShape(config);
    this.parameters = parameterLayout(config).count;
    gpu.write(this.buffer('places', 2 + 6 * config.layers), weightPlaces(config));
  }

  get preferred(): boolean {
    return this.gpu.fusedRollouts;
  }

  async sample(
    batch: TableEpisodes,
    options: { readonly seed: number; readonly temperature: number; readonly signal?: AbortSignal },
  ): Promise<SampledEpisode[]> {
    const { L, C, T } = this.shape;
    const bytes = Math.min(CACHE_BYTES, this.gpu.device.limits.maxStorageBufferBindingSize);
    const rows = Math.floor(bytes / (2 * L * C * Float32Array.BYTES_PER_ELEMENT));
    const sampled: SampledEpisode[] = [];
    for (const episodes of chunksOf(batch, T, rows)) {
      options.signal?.throwIfAborted();
      sampled.push(...(await this.run(batch, placeEpisodes(batch, episodes, T), options)));
    }
    return sampled;
  }

  destroy(): void {
    this.buffers.forEach((tensor) => this.gpu.free(tensor));
    this.buffers.clear();
  }

  /** Records and submits a chunk, then waits for its draws; nothing is awaited in between, so calls do not mix. */
  private async run(
    batch: TableEpisodes,
    placed: Placed,
    { seed, temperature }: { readonly seed: number; readonly temperature: number },
  ): Promise<SampledEpisode[]> {
    const { gpu, shape, size } = this;
    const { stepTokens, actions } = batch;
    const { openings, episodes, mostTurns } = placed;
    const words = [...openings, ...episodes].flatMap((state) => sequenceFields.map((field) => state[field]));
    const tensors = {
      weights: this.weights,
      places: this.buffer('places', 0),
      angles: this.angles,
      tables: this.fill('tables', placed.tables),
      cache: this.buffer('cache', placed.rows * 2 * shape.L * shape.C),
      sequences: this.fill('sequences', Uint32Array.from(words)),
      draws: this.buffer('draws', placed.draws * DRAW_WORDS),
    };
    const together = this.perSubmit(placed.longestOpening);
    for (let base = 0; base < openings.length; base += together) {
      const count = Math.min(together, openings.length - base);
      feedSequences(gpu.recorder, tensors, shape, { base, count, size });
      gpu.recorder.submit();
    }
    const range = { base: openings.length, count: episodes.length, size };
    const turns = this.perSubmit(episodes.length * placed.tokensPerTurn);
    for (let turn = 0; turn < mostTurns; turn += turns) {
      playTurns(gpu.recorder, tensors, shape, range, { turns, stepTokens, actions, seed, temperature });
      gpu.recorder.submit();
    }
    const [ends, draws] = await gpu.read(
      part(tensors.sequences, words.length),
      part(tensors.draws, placed.draws * DRAW_WORDS),
    );
    const states = new Uint32Array(ends.buffer, ends.byteOffset, ends.length);
    return episodes.map((before, i) => {
      const after = stateOf(states, openings.length + i);
      return { state: after.state, turns: after.turn, ...drawsOf(draws, before.draws, after.draws) };
    });
  }

  /** Steps of `rows` rows each that one submit takes. */
  private perSubmit(rows: number): number {
    return Math.max(1, Math.floor(WORK_PER_SUBMIT / (rows * this.parameters)));
  }

  private fill(name: BufferName, data: Uint32Array): Tensor {
    const tensor = this.buffer(name, data.length);
    this.gpu.write(tensor, data);
    return tensor;
  }

  /** A buffer of at least `length` words, kept for the next call; what it held is lost when it grows. */
  private buffer(name: BufferName, length: number): Tensor {
    const held = this.buffers.get(name);
    if (held && held.length >= length) return held;
    if (held) {
      this.buffers.delete(name);
      this.gpu.free(held);
    }
    const most = this.gpu.device.limits.maxStorageBufferBindingSize / 4;
    const room = Math.max(length, Math.min(most, 2 ** Math.ceil(Math.log2(length))));
    const tensor = this.gpu.alloc(room, `episodes.${name}`);
    this.buffers.set(name, tensor);
    return tensor;
  }
}

/** Sequence `i` of the kernel's states. */
function stateOf(words: Uint32Array, i: number): SequenceState {
  const entries = sequenceFields.map((field, f) => [field, words[i * SEQUENCE_WORDS + f]]);
  return Object.fromEntries(entries) as SequenceState;
}

/** Draws `from` to `to` as columns. */
function drawsOf(
  draws: Float32Array,
  from: number,
  to: number,
): { tokens: Uint32Array; logProb: Float32Array; entropy: Float32Array } {
  const bits = new Uint32Array(draws.buffer, draws.byteOffset, draws.length);
  const length = to - from;
  const column = (word: number) => (_: unknown, j: number) => draws[(from + j) * DRAW_WORDS + word];
  return {
    tokens: Uint32Array.from({ length }, (_, j) => bits[(from + j) * DRAW_WORDS]),
    logProb: Float32Array.from({ length }, column(1)),
    entropy: Float32Array.from({ length }, column(2)),
  };
}
