import { LabError } from '../core/errors.ts';
import { embeddingForward } from '../kernels/embedding.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { sample } from '../kernels/sample.ts';
import { part, type Tensor } from '../kernels/tensor.ts';
import { DecodingArena } from './activations.ts';
import { embed, layerForward, unembed } from './forward.ts';
import type { Decoder, Feed, PolicyConfig, Sampled, SampleOptions } from './types.ts';
import type { Weights } from './weights.ts';

/** Rows of one prefill pass: keeps submits short and scratch small. */
const MAX_ROWS = 4096;

/** Per sampled token of a call: where the sampler reads and writes. */
interface Draw {
  readonly stream: Tensor;
  readonly position: Tensor;
  readonly token: Tensor;
  readonly logProb: Tensor;
  readonly entropy: Tensor;
}

/**
 * KV-cached decoding of a batch whose sequences have their own lengths. Several tokens are sampled in one
 * submit: a sampled token feeds the next pass on the GPU and is read back only at the end.
 */
export class GpuDecoder implements Decoder {
  private readonly lengths: Uint32Array;
  /** The last sampled token of each sequence: it counts, but its key and value are not cached yet; -1: none. */
  private readonly pending: Int32Array;
  private readonly caches: { keys: Tensor; values: Tensor }[];
  private arena: DecodingArena | undefined;
  private heads: { x: Tensor; normed: Tensor; rstd: Tensor; logits: Tensor; last: Tensor };
  private readonly draws: Draw[] = [];
  private readonly owned: Tensor[] = [];

  constructor(
    private readonly gpu: Gpu,
    readonly config: PolicyConfig,
    private readonly weights: Weights,
    private readonly table: Tensor,
    readonly capacity: number,
  ) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new LabError(
        `decoder: expected a capacity of at least 1 sequence, got ${capacity}. Ask for a positive number.`,
      );
    this.lengths = new Uint32Array(capacity);
    this.pending = new Int32Array(capacity).fill(-1);
    const { layers, context, width: C, vocabulary: V } = config;
    this.caches = Array.from({ length: layers }, (_, l) => ({
      keys: this.take(capacity * context * C, `cache${l}.keys`),
      values: this.take(capacity * context * C, `cache${l}.values`),
    }));
    this.heads = {
      x: this.take(capacity * C, 'head.x'),
      normed: this.take(capacity * C, 'head.normed'),
      rstd: this.take(capacity, 'head.rstd'),
      logits: this.take(capacity * V, 'head.logits'),
      last: this.take(capacity, 'head.last'),
    };
  }

  length(sequence: number): number {
    return this.lengths[sequence];
  }

  reset(): void {
    this.lengths.fill(0);
    this.pending.fill(-1);
  }

  destroy(): void {
    this.arena?.free();
    this.owned.forEach((tensor) => this.gpu.free(tensor));
  }

  async extend(feeds: readonly Feed[], options: SampleOptions): Promise<Sampled> {
    this.check(feeds, options);
    const results: Sampled[] = [];
    let begin = 0;
    // Draws depend on (seed, stream, position) alone, so splitting a call changes nothing.
    while (begin < feeds.length) {
      let end = begin;
      for (let rows = 0; end < feeds.length; end++) {
        rows += feeds[end].tokens.length + 1;
        if (rows > MAX_ROWS && end > begin) break;
      }
      results.push(
        await this.extendChunk(feeds.slice(begin, end), {
          ...options,
          streams: options.streams.slice(begin, end),
        }),
      );
      begin = end;
    }
    return {
      tokens: Uint32Array.from(results.flatMap((r) => [...r.tokens])),
      logProb: Float32Array.from(results.flatMap((r) => [...r.logProb])),
      entropy: Float32Array.from(results.flatMap((r) => [...r.entropy])),
    };
  }

  private async extendChunk(feeds: readonly Feed[], options: SampleOptions): Promise<Sampled> {
    const { count } = options;
    const R = feeds.length;
    this.prefill(feeds);
    const reads: Tensor[] = [];
    for (let j = 0; j < count; j++) {
      const draw = this.drawAt(j);
      if (j > 0) this.feedSampled(feeds, this.draws[j - 1].token, j);
      this.gpu.write(draw.stream, Uint32Array.from(options.streams));
      this.gpu.write(
        draw.position,
        Uint32Array.from(feeds, (f) => this.lengths[f.sequence] + j),
      );
      const { seed, temperature } = options;
      sample(
        this.gpu.recorder,
        { ...draw, logits: this.heads.logits },
        { R, V: this.config.vocabulary, seed, temperature },
      );
      reads.push(...[draw.token, draw.logProb, draw.entropy].map((t) => part(t, R)));
      // Each pass writes its row metadata, so the ones before must be on their way.
      if (j + 1 < count) this.gpu.recorder.submit();
    }
    const values = count ? await this.gpu.read(...reads) : (this.gpu.recorder.submit(), []);
    const sampled = {
      tokens: new Uint32Array(R * count),
      logProb: new Float32Array(R * count),
      entropy: new Float32Array(R * count),
    };
    for (let j = 0; j < count; j++) {
      const tokens = new Uint32Array(values[3 * j].buffer, values[3 * j].byteOffset, R);
      for (let i = 0; i < R; i++) {
        sampled.tokens[i * count + j] = tokens[i];
        sampled.logProb[i * count + j] = values[3 * j + 1][i];
        sampled.entropy[i * count + j] = values[3 * j + 2][i];
      }
    }
    if (count)
      feeds.forEach(({ sequence }, i) => {
        this.lengths[sequence] += count;
        this.pending[sequence] = sampled.tokens[i * count + count - 1];
      });
    return sampled;
  }

  /** Runs the fed tokens (and pending ones) through the policy; leaves logits of each feed's last token. */
  private prefill(feeds: readonly Feed[]): void {
    const tokens: number[] = [];
    const places: number[] = [];
    const sequences: number[] = [];
    const last = new Uint32Array(feeds.length);
    feeds.forEach(({ sequence, tokens: fed }, i) => {
      const waiting = this.pending[sequence];
      const all = waiting >= 0 ? [waiting, ...fed] : fed;
      const first = this.lengths[sequence] - (waiting >= 0 ? 1 : 0);
      all.forEach((token, t) => {
        tokens.push(token);
        places.push(first + t);
        sequences.push(sequence);
      });
      last[i] = tokens.length - 1;
      this.lengths[sequence] = first + all.length;
      this.pending[sequence] = -1;
    });
    const M = tokens.length;
    const arena = this.scratch(M);
    this.writeRows(arena, sequences, places);
    this.gpu.write(arena.feed.tokens, Uint32Array.from(tokens));
    this.gpu.write(this.heads.last, last);
    this.runLayers(arena, arena.feed.tokens, M);
    const C = this.config.width;
    embeddingForward(
      this.gpu.recorder,
      { tokens: this.heads.last, table: arena.residual, out: this.heads.x },
      { M: feeds.length, C, V: M, scale: 1 },
    );
    unembed(this.gpu.recorder, this.config, this.weights, this.heads, feeds.length);
  }

  /** One pass over the tokens just sampled, at offset `j` past each sequence's length. */
  private feedSampled(feeds: readonly Feed[], tokens: Tensor, j: number): void {
    const arena = this.scratch(feeds.length);
    this.writeRows(
      arena,
      feeds.map((f) => f.sequence),
      feeds.map((f) => this.lengths[f.sequence] + j - 1),
    );
    this.runLayers(arena, tokens, feeds.length);
    unembed(this.gpu.recorder, this.config, this.weights, { ...this.heads, x: arena.residual }, feeds.length);
  }

  private runLayers(arena: DecodingArena, tokens: Tensor, M: number): void {
    const { gpu, config, weights, table } = this;
    embed(gpu.recorder, config, weights, tokens, arena.residual, M);
    weights.layers.forEach((layer, l) =>
      layerForward(
        gpu.recorder,
        config,
        layer,
        { ...arena.scratch, ...this.caches[l] },
        { ...arena.feed, table },
        arena.residual,
        arena.residual,
        M,
      ),
    );
  }

  private writeRows(arena: DecodingArena, sequences: readonly number[], places: readonly number[]): void {
    const T = this.config.context;
    const rows = new Uint32Array(places.length * 4);
    places.forEach((p, m) => rows.set([p, sequences[m] * T, p + 1, 0], 4 * m));
    this.gpu.write(arena.feed.rows, rows);
    this.gpu.write(arena.feed.position, Uint32Array.from(places));
    this.gpu.write(
      arena.feed.kvRow,
      Uint32Array.from(places, (p, m) => sequences[m] * T + p),
    );
  }

  private scratch(rows: number): DecodingArena {
    if (!this.arena || this.arena.capacity < rows) {
      this.arena?.free();
      this.arena = undefined;
      this.arena = new DecodingArena(
        this.gpu,
        this.config,
        Math.min(MAX_ROWS * 2, 2 ** Math.ceil(Math.log2(rows))),
        this.caches[0],
      );
    }
    return this.arena;
  }

  private drawAt(j: number): Draw {
    while (this.draws.length <= j) {
      const take = (name: string): Tensor => this.take(this.capacity, `draw${this.draws.length}.${name}`);
      this.draws.push({
        stream: take('stream'),
        position: take('position'),
        token: take('token'),
        logProb: take('logProb'),
        entropy: take('entropy'),
      });
    }
    return this.draws[j];
  }

  private take(length: number, label: string): Tensor {
    try {
      const tensor = this.gpu.alloc(length, label);
      this.owned.push(tensor);
      return tensor;
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  private check(feeds: readonly Feed[], { count, streams }: SampleOptions): void {
    if (streams.length !== feeds.length)
      throw new LabError(
        `decoder: expected ${feeds.length} streams, got ${streams.length}. Give one per feed.`,
      );
    const seen = new Set<number>();
    for (const { sequence, tokens } of feeds) {
      if (sequence < 0 || sequence >= this.capacity || seen.has(sequence))
        throw new LabError(
          `decoder: expected distinct sequences below ${this.capacity}, got ${sequence}. Feed each once.`,
        );
      seen.add(sequence);
      if (tokens.length === 0 && this.pending[sequence] < 0)
        throw new LabError(`decoder: expected tokens for sequence ${sequence}, got none. Feed at least one.`);
      const length = this.lengths[sequence] + tokens.length + count;
      if (length > this.config.context)
        throw new LabError(
          `decoder: expected at most ${this.config.context} tokens, got ${length} for sequence ${sequence}. End the episode sooner.`,
        );
    }
  }
}
