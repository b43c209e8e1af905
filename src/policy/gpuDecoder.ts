import { LabError } from '../core/errors.ts';
import { blockRows, blocksPay, withBlocks } from '../kernels/attention.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { sample } from '../kernels/sample.ts';
import { part, type Tensor } from '../kernels/tensor.ts';
import { DecodingArena } from './activations.ts';
import { CacheTree, ROOT, type Node } from './cacheTree.ts';
import { embed, layerKeysAndValues, layerOutput, unembed, type Pass } from './forward.ts';
import { KeyValueCache } from './keyValueCache.ts';
import type { Decoder, Feed, PolicyConfig, Sampled, SampleOptions } from './types.ts';
import type { Weights } from './weights.ts';

/** Rows fed before a pass goes ahead: keeps submits short and scratch small. */
const MAX_ROWS = 4096;

/** A sequence that is being extended: its place in the call, and its last token so far. */
interface Head {
  readonly feed: number;
  node: Node;
}

/** The nodes that heads are at, each once. */
const distinct = (heads: readonly Head[]): Node[] => [...new Set(heads.map(({ node }) => node))];

/**
 * KV-cached decoding of a batch whose sequences have their own lengths. Sequences that are alike so far share rows
 * of the cache and the logits they draw from: the rollouts of a group start with one prompt and part where their
 * draws do. Draws are read back token by token, for what is shared next depends on them.
 */
export class GpuDecoder implements Decoder {
  private readonly tree: CacheTree;
  /** Last token of each sequence. */
  private readonly ends: Node[];
  private readonly cache: KeyValueCache;
  private readonly pass: Pass;
  private arena: DecodingArena | undefined;
  private readonly logits: Tensor;
  private readonly draws: {
    row: Tensor;
    stream: Tensor;
    position: Tensor;
    token: Tensor;
    logProb: Tensor;
    entropy: Tensor;
  };
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
    const { vocabulary: V } = config;
    this.tree = new CacheTree(V);
    this.pass = { recorder: gpu.recorder, config, fused: true };
    this.cache = new KeyValueCache(gpu, config);
    this.ends = new Array<Node>(capacity).fill(ROOT);
    const take = (perSequence: number, label: string): Tensor => this.take(capacity * perSequence, label);
    this.logits = take(V, 'head.logits');
    this.draws = {
      row: take(1, 'draw.row'),
      stream: take(1, 'draw.stream'),
      position: take(1, 'draw.position'),
      token: take(1, 'draw.token'),
      logProb: take(1, 'draw.logProb'),
      entropy: take(1, 'draw.entropy'),
    };
  }

  length(sequence: number): number {
    return this.tree.length(this.ends[sequence]);
  }

  forget(sequence: number): void {
    this.moveEnd(sequence, ROOT);
  }

  reset(): void {
    this.tree.clear();
    this.ends.fill(ROOT);
  }

  destroy(): void {
    this.arena?.free();
    this.cache.free();
    this.owned.forEach((tensor) => this.gpu.free(tensor));
  }

  async extend(feeds: readonly Feed[], options: SampleOptions): Promise<Sampled> {
    this.check(feeds, options);
    const total = feeds.length * options.count;
    const out = {
      tokens: new Uint32Array(total),
      logProb: new Float32Array(total),
      entropy: new Float32Array(total),
    };
    const heads: Head[] = [];
    let begun = 0;
    let rows = 0;
    for (const [feed, { sequence, tokens }] of feeds.entries()) {
      const before = this.tree.count;
      const node = tokens.reduce((parent, token) => this.tree.child(parent, token), this.ends[sequence]);
      this.moveEnd(sequence, node);
      rows += this.tree.count - before + 2;
      heads.push({ feed, node });
      if (rows <= MAX_ROWS) continue;
      // Part of what is fed goes ahead; what is drawn behind it waits for all the others.
      this.compute(distinct(heads.slice(begun)));
      this.gpu.recorder.submit();
      [begun, rows] = [heads.length, 0];
    }
    if (heads.length > 0) await this.grow(feeds, heads, options, out);
    return out;
  }

  /** Computes what the heads still lack and draws `count` tokens behind each. */
  private async grow(
    feeds: readonly Feed[],
    heads: readonly Head[],
    { count, seed, temperature, streams }: SampleOptions,
    out: Sampled,
  ): Promise<void> {
    const { gpu, draws, tree } = this;
    const R = heads.length;
    gpu.write(
      draws.stream,
      Uint32Array.from(heads, ({ feed }) => streams[feed]),
    );
    if (count === 0) {
      this.compute(distinct(heads));
      gpu.recorder.submit();
    }
    for (let j = 0; j < count; j++) {
      const shared = distinct(heads);
      const rowOf = new Map(shared.map((node, row) => [node, row]));
      this.compute(shared, this.logits);
      gpu.write(
        draws.row,
        Uint32Array.from(heads, ({ node }) => rowOf.get(node) as number),
      );
      gpu.write(
        draws.position,
        Uint32Array.from(heads, ({ node }) => tree.length(node)),
      );
      const dims = { R, V: this.config.vocabulary, seed, temperature };
      sample(gpu.recorder, { ...draws, logits: this.logits }, dims);
      const [drawn, logProb, entropy] = await gpu.read(
        ...[draws.token, draws.logProb, draws.entropy].map((t) => part(t, R)),
      );
      const tokens = new Uint32Array(drawn.buffer, drawn.byteOffset, R);
      heads.forEach((head, i) => {
        const at = head.feed * count + j;
        out.tokens[at] = tokens[i];
        out.logProb[at] = logProb[i];
        out.entropy[at] = entropy[i];
        head.node = tree.child(head.node, tokens[i]);
        this.moveEnd(feeds[head.feed].sequence, head.node);
      });
    }
  }

  private moveEnd(sequence: number, node: Node): void {
    this.tree.moveEnd(this.ends[sequence], node);
    this.ends[sequence] = node;
  }

  /**
   * Runs what is not yet cached of the sequences that end in `heads` through the policy, and those ends in any case;
   * `logits` [heads, V] is what follows each.
   */
  private compute(heads: readonly Node[], logits?: Tensor): void {
    const { tree, gpu } = this;
    const { rows, starts, paths } = tree.takeRows(heads);
    this.cache.reserve(tree.size);
    const arena = this.scratch(rows.length, paths.length);
    const { feed } = arena;
    const meta = Uint32Array.from(rows.flatMap((node, m) => [tree.position(node), starts[m], 0, node]));
    const { team } = gpu.recorder;
    const blocked = withBlocks(meta, blockRows(this.config.width / this.config.heads, team));
    gpu.write(feed.rows, blocked);
    gpu.write(feed.paths, Uint32Array.from(paths));
    gpu.write(
      feed.tokens,
      Uint32Array.from(rows, (node) => tree.token(node)),
    );
    const M = rows.length;
    const blocks = blocked.length / 4 - M;
    this.runLayers(arena, {
      M,
      R: heads.length,
      blocks: blocksPay(M, blocks, team) ? blocks : undefined,
    });
    if (!logits) return;
    const { residual: x, scratch } = arena;
    unembed(this.pass, this.weights, { x, normed: scratch.normed1, logits }, heads.length);
  }

  /** M rows through the layers; of the last one the first R, the heads, need all, the other rows but keys and values. */
  private runLayers(
    { feed, residual, scratch }: DecodingArena,
    { M, R, blocks }: { readonly M: number; readonly R: number; readonly blocks: number | undefined },
  ): void {
    const { config, weights, table, pass } = this;
    embed(pass, weights, feed.tokens, residual, M);
    weights.layers.forEach((layer, l) => {
      const act = { ...scratch, ...this.cache.layers[l] };
      layerKeysAndValues(pass, layer, act, { ...feed, table }, residual, M);
      const last = l + 1 === config.layers;
      const row = last ? feed : { ...feed, blocks };
      layerOutput(pass, layer, act, row, residual, residual, last ? R : M);
    });
  }

  private scratch(rows: number, paths: number): DecodingArena {
    const { arena } = this;
    if (arena && arena.capacity >= rows && arena.pathCapacity >= paths) return arena;
    const roomFor = (count: number, held = 0) => Math.max(held, 2 ** Math.ceil(Math.log2(count)));
    arena?.free();
    this.arena = undefined;
    this.arena = new DecodingArena(
      this.gpu,
      this.config,
      roomFor(rows, arena?.capacity),
      roomFor(paths, arena?.pathCapacity),
    );
    return this.arena;
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
      if (tokens.length === 0 && this.ends[sequence] === ROOT)
        throw new LabError(`decoder: expected tokens for sequence ${sequence}, got none. Feed at least one.`);
      const length = this.length(sequence) + tokens.length + count;
      if (length > this.config.context)
        throw new LabError(
          `decoder: expected at most ${this.config.context} tokens, got ${length} for sequence ${sequence}. End the episode sooner.`,
        );
    }
  }
}
