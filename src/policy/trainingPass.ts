import { crossEntropyBackward, crossEntropyForward } from '../kernels/crossEntropy.ts';
import { distillBackward, distillForward } from '../kernels/distill.ts';
import { invertTokens } from '../kernels/embedding.ts';
import { gather } from '../kernels/gather.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { logProbBackward, logProbForward } from '../kernels/logProb.ts';
import type { Tensor } from '../kernels/tensor.ts';
import { TrainingArena } from './activations.ts';
import { backward } from './backward.ts';
import { embed, layerKeysAndValues, layerOutput, unembed } from './forward.ts';
import type { PrefixTree } from './prefixTree.ts';
import type { PolicyConfig } from './types.ts';
import type { Weights } from './weights.ts';

/** One batch at a time, forward and backward, in buffers that grow to the largest batch seen. */
export class TrainingPass {
  private arena: TrainingArena | undefined;
  private batch: PrefixTree | undefined;
  /** [capacity, V] Where a teacher's distributions go; made when first needed. */
  private teacher: Tensor | undefined;

  constructor(
    private readonly gpu: Gpu,
    private readonly config: PolicyConfig,
    /** Rotary table [T, D/2, 2]. */
    private readonly table: Tensor,
  ) {}

  /** Uploads a batch, unless it is the one already loaded. */
  load(batch: PrefixTree): void {
    if (batch === this.batch) return;
    const { input, head, starts, targets } = this.reserve(batch.count, batch.paths.length);
    this.gpu.write(input.tokens, batch.tokens);
    this.gpu.write(input.rows, batch.rows);
    this.gpu.write(input.paths, batch.paths);
    this.gpu.write(head.index, batch.heads);
    this.gpu.write(head.of, batch.headOf);
    this.gpu.write(head.rows, batch.headRows);
    this.gpu.write(head.keyRows, batch.keyRows);
    this.gpu.write(starts, batch.starts);
    this.gpu.write(targets, batch.targets);
    this.batch = batch;
  }

  /** Records the forward pass of the loaded batch under `weights`; leaves logits of its heads [R, V] and all activations. */
  forward(weights: Weights): { logits: Tensor } {
    const { config, table } = this;
    const { recorder } = this.gpu;
    const pass = { recorder, config, fused: false };
    const { arena, M, R, blocks, headBlocks } = this.current;
    const { residual, layers, input, head, normed, logits } = arena;
    embed(pass, weights, input.tokens, residual[0], M);
    weights.layers.forEach((layer, l) => {
      const [act, x, out] = [layers[l], residual[l], residual[l + 1]];
      layerKeysAndValues(pass, layer, act, { ...input, table }, x, M);
      if (l + 1 < config.layers) return layerOutput(pass, layer, act, { ...input, blocks }, x, out, M);
      const size = { M: R, R: M, C: config.width };
      gather(recorder, { x, index: head.index, out: head.x }, size);
      gather(recorder, { x: act.q, index: head.index, out: head.q }, size);
      const row = { rows: head.rows, paths: input.paths, blocks: headBlocks };
      layerOutput(pass, layer, { ...act, q: head.q }, row, head.x, out, R);
    });
    unembed(pass, weights, { x: residual[config.layers], normed, logits }, R);
    return { logits };
  }

  /** Records the scores of the last forward pass: logProb of every target [P], entropy of every head [R]. */
  score(): { logProb: Tensor; entropy: Tensor } {
    const { arena, dims } = this.current;
    logProbForward(this.gpu.recorder, arena, dims);
    return arena;
  }

  /** Turns the logits into their gradient, from dL/dlogProb of every target [P]; follows {@link score}. */
  logProbGradient(dLogProb: Float32Array): void {
    const { arena, dims } = this.current;
    this.gpu.write(arena.weight, dLogProb);
    const tensors = { ...arena, dLogits: arena.logits, dLogProb: arena.weight, dEntropy: arena.zero };
    logProbBackward(this.gpu.recorder, tensors, dims);
  }

  /** Records the weighted cross-entropy of every target, loss [P], and turns the logits into the gradient of `scale` times their sum; follows {@link forward}. */
  crossEntropy(weights: Float32Array, scale: number): { loss: Tensor } {
    const { arena, dims } = this.current;
    this.gpu.write(arena.weight, weights);
    const tensors = { ...arena, loss: arena.logProb, dLogits: arena.logits };
    crossEntropyForward(this.gpu.recorder, tensors, dims);
    crossEntropyBackward(this.gpu.recorder, tensors, { ...dims, scale });
    return { loss: arena.logProb };
  }

  /** Records weight · KL(teacher ‖ π) of every head, loss [R], and turns the logits into the gradient of `scale` times their sum; follows {@link forward}. */
  distill(weight: Float32Array, teacher: Float32Array, scale: number): { loss: Tensor } {
    const { arena, dims } = this.current;
    const { M, V } = dims;
    const teacherTensor = this.teacherRows(arena.capacity * V);
    this.gpu.write(arena.weight, weight);
    this.gpu.write(teacherTensor, teacher);
    const tensors = { ...arena, teacher: teacherTensor, loss: arena.logProb, dLogits: arena.logits };
    distillForward(this.gpu.recorder, tensors, { M, V });
    distillBackward(this.gpu.recorder, tensors, { M, V, scale });
    return { loss: arena.logProb };
  }

  /** Records the backward pass from the logits' gradient into `gradients`, which is overwritten. Consumes the activations. */
  backward(weights: Weights, gradients: Weights): void {
    const { arena, tokens, ...size } = this.current;
    const { order, starts } = invertTokens(tokens, this.config.vocabulary);
    this.gpu.write(arena.order, order);
    this.gpu.write(arena.orderStarts, starts);
    backward(this.gpu.recorder, this.config, weights, gradients, arena, this.table, size);
  }

  destroy(): void {
    this.arena?.free();
    if (this.teacher) this.gpu.free(this.teacher);
    this.arena = this.teacher = undefined;
    this.batch = undefined;
  }

  /** The tensor for teachers, of at least `length` values. */
  private teacherRows(length: number): Tensor {
    if (this.teacher && this.teacher.length >= length) return this.teacher;
    if (this.teacher) this.gpu.free(this.teacher);
    return (this.teacher = this.gpu.alloc(length, 'teacher'));
  }

  private get current() {
    const { arena, batch } = this;
    if (!arena || !batch)
      throw new Error('TrainingPass: expected a loaded batch, found none. Call load first.');
    const { count: M, heads, blocks, headBlocks, tokens, targets } = batch;
    const R = heads.length;
    // Where no head has a successor there is nothing to score, and one slot that nothing points to.
    const dims = { M: R, V: this.config.vocabulary, P: Math.max(1, targets.length) };
    return { arena, M, R, blocks, headBlocks, tokens, dims };
  }

  private reserve(rows: number, paths: number): TrainingArena {
    const { arena } = this;
    if (arena && arena.capacity >= rows && arena.pathCapacity >= paths) return arena;
    const roomFor = (count: number, held = 0) => Math.max(held, Math.ceil(count / 64) * 64);
    this.destroy();
    this.arena = new TrainingArena(
      this.gpu,
      this.config,
      roomFor(rows, arena?.capacity),
      roomFor(paths, arena?.pathCapacity),
    );
    return this.arena;
  }
}
