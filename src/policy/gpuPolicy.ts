import { LabError } from '../core/errors.ts';
import { adamwPartialLength, adamwStep } from '../kernels/adamw.ts';
import { crossEntropyBackward, crossEntropyForward } from '../kernels/crossEntropy.ts';
import { invertTokens } from '../kernels/embedding.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { logProbBackward, logProbForward } from '../kernels/logProb.ts';
import { ropeTable } from '../kernels/rope.ts';
import { part, type Tensor } from '../kernels/tensor.ts';
import { TrainingArena } from './activations.ts';
import { backward } from './backward.ts';
import { embed, layerForward, unembed } from './forward.ts';
import { GpuDecoder } from './gpuDecoder.ts';
import { chunkByRows, pack, withoutLast, type Packed } from './packed.ts';
import { parameterLayout } from './parameters.ts';
import {
  ROPE_THETA,
  type Checkpoint,
  type PolicyConfig,
  type Scores,
  type TrainablePolicy,
  type UpdateSettings,
} from './types.ts';
import { weightsOf, type Weights } from './weights.ts';

/** Rows scored in one submit: keeps every submit short and bounds the memory of `logits` and `score`. */
const SCORE_ROWS = 4096;

type Sequences = readonly (readonly number[])[];

/** The policy on a GPU: flat parameters, forward, backward and AdamW in our own kernels. */
export class GpuPolicy implements TrainablePolicy {
  private readonly parameterTensor: Tensor;
  private readonly weights: Weights;
  private readonly reference: Weights;
  private readonly gradients: Weights;
  private readonly firstMoment: Tensor;
  private readonly secondMoment: Tensor;
  private readonly partial: Tensor;
  private readonly norm: Tensor;
  private readonly table: Tensor;
  private arena: TrainingArena | undefined;
  private updates = 0;
  private batch: Packed | undefined;

  private constructor(
    private readonly gpu: Gpu,
    readonly config: PolicyConfig,
    parameters: Float32Array,
  ) {
    const { length } = parameterLayout(config);
    if (parameters.length !== length)
      throw new LabError(
        `policy ${config.name}: expected ${length} parameters, got ${parameters.length}. Load the matching file.`,
      );
    this.parameterTensor = gpu.upload(parameters, 'parameters');
    this.weights = weightsOf(this.parameterTensor, config);
    this.reference = weightsOf(gpu.upload(parameters, 'reference'), config);
    this.gradients = weightsOf(gpu.alloc(length, 'gradients'), config);
    this.firstMoment = gpu.alloc(length, 'firstMoment');
    this.secondMoment = gpu.alloc(length, 'secondMoment');
    this.partial = gpu.alloc(adamwPartialLength(length), 'normPartial');
    this.norm = gpu.alloc(1, 'norm');
    this.table = gpu.upload(ropeTable(config.context, config.width / config.heads, ROPE_THETA), 'rope');
  }

  /** Uploads `parameters` (laid out by `parameterLayout`); they are the frozen reference too. */
  static create(gpu: Gpu, config: PolicyConfig, parameters: Float32Array): GpuPolicy {
    return new GpuPolicy(gpu, config, parameters);
  }

  async logits(sequences: Sequences): Promise<Float32Array> {
    const V = this.config.vocabulary;
    const out = new Float32Array(sequences.reduce((sum, s) => sum + s.length, 0) * V);
    let at = 0;
    for (const chunk of chunkByRows(sequences, SCORE_ROWS)) {
      const { count } = this.load(chunk);
      this.run(this.weights, count);
      const [values] = await this.gpu.read(part(this.current.logits, count * V));
      out.set(values, at);
      at += values.length;
    }
    return out;
  }

  async score(sequences: Sequences): Promise<Scores> {
    const total = sequences.reduce((sum, s) => sum + s.length, 0);
    const out = { logProb: new Float32Array(total), entropy: new Float32Array(total) };
    let at = 0;
    for (const chunk of chunkByRows(sequences, SCORE_ROWS)) {
      const batch = this.load(chunk);
      this.run(this.weights, batch.count);
      this.scoreInto(this.current.logProb, batch.count);
      const [logProb, entropy] = await this.gpu.read(
        part(this.current.logProb, batch.count),
        part(this.current.entropy, batch.count),
      );
      out.logProb.set(withoutLast(logProb, batch), at);
      out.entropy.set(withoutLast(entropy, batch), at);
      at += batch.count;
    }
    return out;
  }

  async forward(sequences: Sequences): Promise<Scores & { referenceLogProb: Float32Array }> {
    const batch = this.load(sequences);
    const { count } = batch;
    const arena = this.current;
    // The reference goes first: the policy's own activations must be the ones that stay.
    this.run(this.reference, count);
    this.scoreInto(arena.referenceLogProb, count);
    this.run(this.weights, count);
    this.scoreInto(arena.logProb, count);
    const [referenceLogProb, logProb, entropy] = await this.gpu.read(
      part(arena.referenceLogProb, count),
      part(arena.logProb, count),
      part(arena.entropy, count),
    );
    return {
      logProb: withoutLast(logProb, batch),
      entropy: withoutLast(entropy, batch),
      referenceLogProb: withoutLast(referenceLogProb, batch),
    };
  }

  async backward(dLogProb: Float32Array, update: UpdateSettings): Promise<{ gradNorm: number }> {
    const batch = this.batch;
    if (!batch || dLogProb.length !== batch.count)
      throw new LabError(
        `policy.backward: expected ${batch?.count ?? 'a forward pass before and as many'} gradients, got ${dLogProb.length}. ` +
          'Call forward with the same sequences first.',
      );
    const { count: M } = batch;
    const arena = this.current;
    this.gpu.write(arena.weight, withoutLast(dLogProb, batch));
    logProbBackward(
      this.gpu.recorder,
      {
        ...arena,
        target: arena.targets,
        dLogProb: arena.weight,
        dEntropy: arena.zero,
        dLogits: arena.dLogits,
      },
      { M, V: this.config.vocabulary },
    );
    this.descend(batch, update);
    const [norm] = await this.gpu.read(this.norm);
    return { gradNorm: norm[0] };
  }

  async supervised(
    sequences: Sequences,
    weights: Float32Array,
    update: UpdateSettings,
  ): Promise<{ loss: number; gradNorm: number }> {
    const batch = this.load(sequences);
    const { count: M } = batch;
    const arena = this.current;
    if (weights.length !== M)
      throw new LabError(
        `policy.supervised: expected ${M} weights, got ${weights.length}. Give one per token.`,
      );
    const used = withoutLast(weights, batch);
    const total = used.reduce((a, b) => a + b, 0);
    if (!(total > 0))
      throw new LabError(
        'policy.supervised: expected a positive weight somewhere, got none. Weight the tokens to learn.',
      );
    this.gpu.write(arena.weight, used);
    this.run(this.weights, M);
    const tensors = { ...arena, target: arena.targets, loss: arena.logProb };
    crossEntropyForward(this.gpu.recorder, tensors, { M, V: this.config.vocabulary });
    crossEntropyBackward(this.gpu.recorder, tensors, { M, V: this.config.vocabulary, scale: 1 / total });
    this.descend(batch, update);
    const [loss, norm] = await this.gpu.read(part(arena.logProb, M), this.norm);
    return { loss: loss.reduce((a, b) => a + b, 0) / total, gradNorm: norm[0] };
  }

  /** The gradient of the last `backward` or `supervised` step, before clipping, flat. */
  async lastGradient(): Promise<Float32Array> {
    return (await this.gpu.read(this.gradients.flat))[0];
  }

  freezeReference(): void {
    this.gpu.recorder.copy(this.parameterTensor, this.reference.flat, this.parameterTensor.length);
    this.gpu.recorder.submit();
  }

  async parameters(): Promise<Float32Array> {
    return (await this.gpu.read(this.parameterTensor))[0];
  }

  async checkpoint(): Promise<Checkpoint> {
    const [parameters, firstMoment, secondMoment] = await this.gpu.read(
      this.parameterTensor,
      this.firstMoment,
      this.secondMoment,
    );
    return { parameters, firstMoment, secondMoment, updates: this.updates };
  }

  restore(checkpoint: Checkpoint): void {
    this.gpu.write(this.parameterTensor, checkpoint.parameters);
    this.gpu.write(this.firstMoment, checkpoint.firstMoment);
    this.gpu.write(this.secondMoment, checkpoint.secondMoment);
    this.updates = checkpoint.updates;
  }

  decoder(capacity: number): GpuDecoder {
    return new GpuDecoder(this.gpu, this.config, this.weights, this.table, capacity);
  }

  destroy(): void {
    this.arena?.free();
    const { partial, norm, table, firstMoment, secondMoment, parameterTensor } = this;
    const flats = [this.reference.flat, this.gradients.flat];
    [parameterTensor, firstMoment, secondMoment, partial, norm, table, ...flats].forEach((t) =>
      this.gpu.free(t),
    );
  }

  private get current(): TrainingArena {
    if (!this.arena) throw new LabError('policy: expected a batch, got none. Run a forward pass first.');
    return this.arena;
  }

  /** Packs and uploads a batch, growing the arena when it is too small. */
  private load(sequences: Sequences): Packed {
    const batch = pack(sequences, this.config);
    if (!this.arena || this.arena.capacity < batch.count) {
      this.arena?.free();
      this.arena = new TrainingArena(this.gpu, this.config, Math.ceil((batch.count * 1.25) / 1024) * 1024);
    }
    const { input, targets } = this.arena;
    this.gpu.write(input.tokens, batch.tokens);
    this.gpu.write(input.position, batch.position);
    this.gpu.write(input.kvRow, batch.own);
    this.gpu.write(input.rows, batch.rows);
    this.gpu.write(targets, batch.targets);
    this.batch = batch;
    return batch;
  }

  private run(weights: Weights, M: number): void {
    const { gpu, config } = this;
    const { residual, layers, input, normed, rstd, logits } = this.current;
    embed(gpu.recorder, config, weights, input.tokens, residual[0], M);
    layers.forEach((activations, l) =>
      layerForward(
        gpu.recorder,
        config,
        weights.layers[l],
        activations,
        { ...input, table: this.table },
        residual[l],
        residual[l + 1],
        M,
      ),
    );
    unembed(gpu.recorder, config, weights, { x: residual[config.layers], normed, rstd, logits }, M);
  }

  private scoreInto(logProb: Tensor, M: number): void {
    const { logits, targets, entropy, lse } = this.current;
    logProbForward(
      this.gpu.recorder,
      { logits, target: targets, logProb, entropy, lse },
      { M, V: this.config.vocabulary },
    );
  }

  /** Backpropagates `dLogits` and takes one AdamW step; recorded, not submitted. */
  private descend(batch: Packed, update: UpdateSettings): void {
    const { gpu, config, partial, norm, firstMoment, secondMoment } = this;
    const arena = this.current;
    const { order, starts } = invertTokens(batch.tokens, config.vocabulary);
    gpu.write(arena.order, order);
    gpu.write(arena.starts, starts);
    backward(gpu.recorder, config, this.weights, this.gradients, arena, this.table, batch.count);
    this.updates++;
    adamwStep(
      gpu.recorder,
      {
        parameters: this.parameterTensor,
        gradients: this.gradients.flat,
        firstMoment,
        secondMoment,
        partial,
        norm,
      },
      { ...update, n: this.parameterTensor.length, update: this.updates },
    );
  }
}
