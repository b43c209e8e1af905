import { LabError } from '../core/errors.ts';
import { adamwPartialLength, adamwStep } from '../kernels/adamw.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { ropeTable } from '../kernels/rope.ts';
import { sumChunks } from '../kernels/sumChunks.ts';
import { part, type Tensor } from '../kernels/tensor.ts';
import { GpuDecoder } from './gpuDecoder.ts';
import { chunkByRows, withoutLast, type Packed } from './packed.ts';
import { parameterLayout } from './parameters.ts';
import { passRows, TrainingPass } from './trainingPass.ts';
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

const rowsOf = (sequences: Sequences): number => sequences.reduce((sum, s) => sum + s.length, 0);

/** The policy on a GPU: flat parameters, forward, backward and AdamW in our own kernels. */
export class GpuPolicy implements TrainablePolicy {
  private readonly parameterTensor: Tensor;
  private readonly weights: Weights;
  private readonly reference: Weights;
  private readonly gradients: Weights;
  /** Sum of the gradients of a batch that takes several passes. */
  private accumulated: Tensor | undefined;
  /** Where the gradient of the last step lies. */
  private descended: Tensor;
  private readonly firstMoment: Tensor;
  private readonly secondMoment: Tensor;
  private readonly partial: Tensor;
  private readonly norm: Tensor;
  private readonly table: Tensor;
  private readonly pass: TrainingPass;
  private updates = 0;
  /** The batch of the last forward pass, in the chunks that were passed. */
  private chunks: Sequences[] = [];

  private constructor(
    private readonly gpu: Gpu,
    readonly config: PolicyConfig,
    parameters: Float32Array,
    /** Rows of one pass; a larger batch accumulates its gradient over several. */
    private readonly rowLimit: number,
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
    this.descended = this.gradients.flat;
    this.firstMoment = gpu.alloc(length, 'firstMoment');
    this.secondMoment = gpu.alloc(length, 'secondMoment');
    this.partial = gpu.alloc(adamwPartialLength(length), 'normPartial');
    this.norm = gpu.alloc(1, 'norm');
    this.table = gpu.upload(ropeTable(config.context, config.width / config.heads, ROPE_THETA), 'rope');
    this.pass = new TrainingPass(gpu, config, this.table);
  }

  /** Uploads `parameters` (laid out by `parameterLayout`); they are the frozen reference too. */
  static create(
    gpu: Gpu,
    config: PolicyConfig,
    parameters: Float32Array,
    rowLimit = passRows(config),
  ): GpuPolicy {
    return new GpuPolicy(gpu, config, parameters, rowLimit);
  }

  async logits(sequences: Sequences): Promise<Float32Array> {
    const V = this.config.vocabulary;
    const out = new Float32Array(rowsOf(sequences) * V);
    let at = 0;
    for (const chunk of chunkByRows(sequences, SCORE_ROWS)) {
      const { count } = this.load(chunk);
      const { logits } = this.pass.forward(this.weights);
      const [values] = await this.gpu.read(part(logits, count * V));
      out.set(values, at);
      at += values.length;
    }
    return out;
  }

  async score(sequences: Sequences): Promise<Scores> {
    const total = rowsOf(sequences);
    const out = { logProb: new Float32Array(total), entropy: new Float32Array(total) };
    let at = 0;
    for (const chunk of chunkByRows(sequences, SCORE_ROWS)) {
      const batch = this.load(chunk);
      this.pass.forward(this.weights);
      const scores = this.pass.score();
      const [logProb, entropy] = await this.readRows(batch, scores.logProb, scores.entropy);
      out.logProb.set(logProb, at);
      out.entropy.set(entropy, at);
      at += batch.count;
    }
    return out;
  }

  async forward(sequences: Sequences): Promise<Scores & { referenceLogProb: Float32Array }> {
    const total = rowsOf(sequences);
    const out = {
      logProb: new Float32Array(total),
      entropy: new Float32Array(total),
      referenceLogProb: new Float32Array(total),
    };
    const chunks = chunkByRows(sequences, this.rowLimit);
    let at = 0;
    for (const chunk of chunks) {
      const batch = this.load(chunk);
      // The reference goes first: the policy's own activations must be the ones that stay.
      this.pass.forward(this.reference);
      const reference = this.pass.score('reference');
      this.pass.forward(this.weights);
      const own = this.pass.score();
      const rows = await this.readRows(batch, own.logProb, own.entropy, reference.logProb);
      out.logProb.set(rows[0], at);
      out.entropy.set(rows[1], at);
      out.referenceLogProb.set(rows[2], at);
      at += batch.count;
    }
    this.chunks = chunks;
    return out;
  }

  async backward(dLogProb: Float32Array, update: UpdateSettings): Promise<{ gradNorm: number }> {
    const { chunks } = this;
    const expected = chunks.reduce((sum, chunk) => sum + rowsOf(chunk), 0);
    if (dLogProb.length !== expected || expected === 0)
      throw new LabError(
        `policy.backward: expected ${expected || 'a forward pass before and as many'} gradients, got ${dLogProb.length}. ` +
          'Call forward with the same sequences first.',
      );
    let at = 0;
    for (const chunk of chunks) {
      const rows = rowsOf(chunk);
      // With one chunk its activations are still there; of several, all but the last are gone.
      const batch = this.load(chunk);
      if (chunks.length > 1) {
        this.pass.forward(this.weights);
        this.pass.score();
      }
      this.pass.logProbGradient(withoutLast(dLogProb.subarray(at, at + rows), batch));
      this.accumulate(at === 0, chunks.length);
      at += rows;
    }
    return { gradNorm: await this.descend(chunks.length, update) };
  }

  async supervised(
    sequences: Sequences,
    weights: Float32Array,
    update: UpdateSettings,
  ): Promise<{ loss: number; gradNorm: number }> {
    if (weights.length !== rowsOf(sequences))
      throw new LabError(
        `policy.supervised: expected ${rowsOf(sequences)} weights, got ${weights.length}. Give one per token.`,
      );
    const total = totalWeight(sequences, weights);
    if (!(total > 0))
      throw new LabError(
        'policy.supervised: expected a positive weight somewhere, got none. Weight the tokens to learn.',
      );
    const chunks = chunkByRows(sequences, this.rowLimit);
    let loss = 0;
    let at = 0;
    for (const chunk of chunks) {
      const batch = this.load(chunk);
      this.pass.forward(this.weights);
      const used = withoutLast(weights.subarray(at, at + batch.count), batch);
      const rows = this.pass.crossEntropy(used, 1 / total);
      this.accumulate(at === 0, chunks.length);
      const [losses] = await this.gpu.read(part(rows.loss, batch.count));
      loss += losses.reduce((a, b) => a + b, 0) / total;
      at += batch.count;
    }
    return { loss, gradNorm: await this.descend(chunks.length, update) };
  }

  /** The gradient of the last `backward` or `supervised` step, before clipping, flat. */
  async lastGradient(): Promise<Float32Array> {
    return (await this.gpu.read(this.descended))[0];
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
    this.pass.destroy();
    const { partial, norm, table, firstMoment, secondMoment, parameterTensor, accumulated } = this;
    const flats = [this.reference.flat, this.gradients.flat, ...(accumulated ? [accumulated] : [])];
    [parameterTensor, firstMoment, secondMoment, partial, norm, table, ...flats].forEach((t) =>
      this.gpu.free(t),
    );
  }

  private load(chunk: Sequences): Packed {
    this.chunks = [];
    return this.pass.load(chunk);
  }

  /** Reads the rows of `tensors`, the last position of every sequence zeroed. */
  private async readRows(batch: Packed, ...tensors: Tensor[]): Promise<Float32Array[]> {
    const values = await this.gpu.read(...tensors.map((tensor) => part(tensor, batch.count)));
    return values.map((rows) => withoutLast(rows, batch));
  }

  /** Backpropagates dLogits of one of `passes` passes; several are summed in order. */
  private accumulate(first: boolean, passes: number): void {
    this.pass.backward(this.weights, this.gradients);
    if (passes === 1) return;
    const n = this.parameterTensor.length;
    const out = (this.accumulated ??= this.gpu.alloc(n, 'accumulated'));
    sumChunks(this.gpu.recorder, { partial: this.gradients.flat, out }, { n, chunks: 1 }, !first);
    this.gpu.recorder.submit();
  }

  /**
   * One AdamW step on the gradient of the batch; resolves with its norm before clipping.
   * @throws LabError when the norm is not finite: the run has diverged.
   */
  private async descend(passes: number, update: UpdateSettings): Promise<number> {
    const { gpu, partial, norm, firstMoment, secondMoment } = this;
    const gradients = passes > 1 && this.accumulated ? this.accumulated : this.gradients.flat;
    this.descended = gradients;
    this.updates++;
    adamwStep(
      gpu.recorder,
      { parameters: this.parameterTensor, gradients, firstMoment, secondMoment, partial, norm },
      { ...update, n: this.parameterTensor.length, update: this.updates },
    );
    const [[gradNorm]] = await gpu.read(norm);
    if (!Number.isFinite(gradNorm))
      throw new LabError(
        `policy ${this.config.name}: expected a finite gradient norm, got ${gradNorm}: the run has diverged. ` +
          'Lower the learning rate or raise the warm-up.',
      );
    return gradNorm;
  }
}

/** Σ weights over the positions that have a successor. */
function totalWeight(sequences: Sequences, weights: Float32Array): number {
  let sum = 0;
  let at = 0;
  for (const { length } of sequences) {
    for (let t = 0; t + 1 < length; t++) sum += weights[at + t];
    at += length;
  }
  return sum;
}
