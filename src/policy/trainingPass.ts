import { crossEntropyBackward, crossEntropyForward } from '../kernels/crossEntropy.ts';
import { invertTokens } from '../kernels/embedding.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { logProbBackward, logProbForward } from '../kernels/logProb.ts';
import type { Tensor } from '../kernels/tensor.ts';
import { TrainingArena } from './activations.ts';
import { backward } from './backward.ts';
import { embed, layerForward, unembed } from './forward.ts';
import { pack, type Packed } from './packed.ts';
import type { PolicyConfig } from './types.ts';
import type { Weights } from './weights.ts';

/** Memory that the activations of one pass may take; larger batches go in several passes. */
const ARENA_BYTES = 256 * 2 ** 20;
/** Rows of one pass at most: keeps every submit short. */
const MAX_ROWS = 16384;

/** Rows of one pass for a policy of this shape. */
export function passRows({ width: C, feedForward: F, vocabulary: V, layers: L }: PolicyConfig): number {
  const perRow = 4 * (L * (11 * C + 3 * F + 16) + 12 * C + 4 * F + 2 * V + 24);
  return Math.max(256, Math.min(MAX_ROWS, Math.floor(ARENA_BYTES / perRow)));
}

/** One batch at a time, forward and backward, in buffers that grow to the largest batch seen. */
export class TrainingPass {
  private arena: TrainingArena | undefined;
  private batch: Packed | undefined;

  constructor(
    private readonly gpu: Gpu,
    private readonly config: PolicyConfig,
    /** Rotary table [T, D/2, 2]. */
    private readonly table: Tensor,
  ) {}

  /** Packs and uploads a batch. @throws InputError for sequences the policy cannot read. */
  load(sequences: readonly (readonly number[])[]): Packed {
    const batch = pack(sequences, this.config);
    const arena = this.reserve(batch.count);
    this.gpu.write(arena.input.tokens, batch.tokens);
    this.gpu.write(arena.input.position, batch.position);
    this.gpu.write(arena.input.kvRow, batch.own);
    this.gpu.write(arena.input.rows, batch.rows);
    this.gpu.write(arena.targets, batch.targets);
    this.batch = batch;
    return batch;
  }

  /** Records the forward pass of the loaded batch under `weights`; leaves logits [M, V] and all activations. */
  forward(weights: Weights): { logits: Tensor } {
    const { gpu, config, table } = this;
    const { arena, M } = this.current;
    const { residual, layers, input, normed, rstd, logits } = arena;
    const row = { ...input, table };
    embed(gpu.recorder, config, weights, input.tokens, residual[0], M);
    layers.forEach((activations, l) =>
      layerForward(
        gpu.recorder,
        config,
        weights.layers[l],
        activations,
        row,
        residual[l],
        residual[l + 1],
        M,
      ),
    );
    unembed(gpu.recorder, config, weights, { x: residual[config.layers], normed, rstd, logits }, M);
    return { logits };
  }

  /** Records the scores of the last forward pass: logProb and entropy, [M] each. */
  score(as: 'policy' | 'reference' = 'policy'): { logProb: Tensor; entropy: Tensor } {
    const { arena, M } = this.current;
    const { logits, targets, entropy, lse } = arena;
    const logProb = as === 'policy' ? arena.logProb : arena.referenceLogProb;
    const dims = { M, V: this.config.vocabulary };
    logProbForward(this.gpu.recorder, { logits, target: targets, logProb, entropy, lse }, dims);
    return { logProb, entropy };
  }

  /** Records dLogits from dL/dlogProb [M]; follows {@link score}. */
  logProbGradient(dLogProb: Float32Array): void {
    const { arena, M } = this.current;
    this.gpu.write(arena.weight, dLogProb);
    const tensors = { ...arena, target: arena.targets, dLogProb: arena.weight, dEntropy: arena.zero };
    logProbBackward(this.gpu.recorder, tensors, { M, V: this.config.vocabulary });
  }

  /** Records weighted cross-entropy per row, loss [M], and dLogits of `scale` times their sum; follows {@link forward}. */
  crossEntropy(weights: Float32Array, scale: number): { loss: Tensor } {
    const { arena, M } = this.current;
    this.gpu.write(arena.weight, weights);
    const tensors = { ...arena, target: arena.targets, loss: arena.logProb };
    crossEntropyForward(this.gpu.recorder, tensors, { M, V: this.config.vocabulary });
    crossEntropyBackward(this.gpu.recorder, tensors, { M, V: this.config.vocabulary, scale });
    return { loss: arena.logProb };
  }

  /** Records the backward pass from dLogits into `gradients`, which is overwritten. */
  backward(weights: Weights, gradients: Weights): void {
    const { arena, M, tokens } = this.current;
    const { order, starts } = invertTokens(tokens, this.config.vocabulary);
    this.gpu.write(arena.order, order);
    this.gpu.write(arena.starts, starts);
    backward(this.gpu.recorder, this.config, weights, gradients, arena, this.table, M);
  }

  destroy(): void {
    this.arena?.free();
    this.arena = undefined;
  }

  private get current(): { arena: TrainingArena; M: number; tokens: Uint32Array } {
    const { arena, batch } = this;
    if (!arena || !batch)
      throw new Error('TrainingPass: expected a loaded batch, found none. Call load first.');
    return { arena, M: batch.count, tokens: batch.tokens };
  }

  private reserve(rows: number): TrainingArena {
    if (this.arena && this.arena.capacity >= rows) return this.arena;
    this.destroy();
    this.arena = new TrainingArena(this.gpu, this.config, Math.ceil((rows * 1.25) / 1024) * 1024);
    return this.arena;
  }
}
