import { LabError } from '../core/errors.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { ropeTable } from '../kernels/rope.ts';
import { sumChunks } from '../kernels/sumChunks.ts';
import { part, type Tensor } from '../kernels/tensor.ts';
import { requireCount, type Batch } from './batch.ts';
import { GpuEpisodeSampler } from './episodeSampler.ts';
import { GpuDecoder } from './gpuDecoder.ts';
import { Optimizer } from './optimizer.ts';
import { requireParameters } from './parameters.ts';
import {
  countTokens,
  firstTokens,
  forEachScore,
  neededAt,
  prefixTrees,
  sumByTarget,
  type Needed,
  type PrefixTree,
  type Sequences,
} from './prefixTree.ts';
import { rowTeachers, totalWeight } from './teachers.ts';
import { passRows, requireMemory, SCORE_ROWS } from './memoryPlan.ts';
import { TrainingPass } from './trainingPass.ts';
import {
  ROPE_THETA,
  type Checkpoint,
  type PolicyConfig,
  type Positions,
  type Scores,
  type TrainablePolicy,
  type UpdateSettings,
} from './types.ts';
import { weightsOf, type Weights } from './weights.ts';

/** The policy on a GPU: flat parameters, forward, backward and AdamW in our own kernels. */
export class GpuPolicy implements TrainablePolicy {
  readonly episodes: GpuEpisodeSampler | undefined;
  private readonly parameterTensor: Tensor;
  private readonly weights: Weights;
  private readonly reference: Weights;
  private readonly gradients: Weights;
  /** Sum of the gradients of a batch that takes several passes. */
  private accumulated: Tensor | undefined;
  /** Where the gradient of the last step lies. */
  private descended: Tensor;
  private readonly optimizer: Optimizer;
  private readonly table: Tensor;
  private readonly pass: TrainingPass;
  /** What the last forward pass was over, until something else is loaded. */
  private batch: Batch | undefined;

  private constructor(
    private readonly gpu: Gpu,
    readonly config: PolicyConfig,
    parameters: Float32Array,
    /** Rows of one pass; a larger batch accumulates its gradient over several. */
    private readonly rowLimit: number,
  ) {
    requireParameters(config, parameters);
    this.parameterTensor = gpu.upload(parameters, 'parameters');
    this.weights = weightsOf(this.parameterTensor, config);
    this.reference = weightsOf(gpu.upload(parameters, 'reference'), config);
    this.gradients = weightsOf(gpu.alloc(parameters.length, 'gradients'), config);
    this.descended = this.gradients.flat;
    this.optimizer = new Optimizer(gpu, config.name, this.parameterTensor);
    this.table = gpu.upload(ropeTable(config.context, config.width / config.heads, ROPE_THETA), 'rope');
    this.pass = new TrainingPass(gpu, config, this.table);
    this.episodes = GpuEpisodeSampler.of(gpu, config, this.parameterTensor, this.table);
  }

  /**
   * Uploads `parameters` (laid out by `parameterLayout`); they are the frozen reference too.
   * @throws InputError, before anything is allocated, where one sequence is more than the memory allows to train.
   */
  static create(
    gpu: Gpu,
    config: PolicyConfig,
    parameters: Float32Array,
    rowLimit = passRows(config, gpu.memory),
  ): GpuPolicy {
    requireMemory(config, { trained: config.context }, gpu.memory);
    return new GpuPolicy(gpu, config, parameters, rowLimit);
  }

  logits(sequences: Sequences): Promise<Float32Array> {
    return this.logitsUnder(this.weights, sequences);
  }

  referenceLogits(sequences: Sequences): Promise<Float32Array> {
    return this.logitsUnder(this.reference, sequences);
  }

  private async logitsUnder(weights: Weights, sequences: Sequences): Promise<Float32Array> {
    const V = this.config.vocabulary;
    const first = firstTokens(sequences);
    const out = new Float32Array(countTokens(sequences) * V);
    for (const tree of this.trees(sequences, () => true, SCORE_ROWS)) {
      this.load(tree);
      const { logits } = this.pass.forward(weights);
      const [values] = await this.gpu.read(part(logits, tree.count * V));
      tree.members.forEach((s, i) =>
        tree.places[i].forEach((row, t) =>
          out.set(values.subarray(row * V, (row + 1) * V), (first[s] + t) * V),
        ),
      );
    }
    return out;
  }

  async score(sequences: Sequences, at?: Positions): Promise<Scores> {
    return this.scoreTrees(this.trees(sequences, neededAt(at), SCORE_ROWS), sequences, this.weights);
  }

  async scoreReference(sequences: Sequences, at?: Positions): Promise<Float32Array> {
    const trees = this.trees(sequences, neededAt(at), SCORE_ROWS);
    return (await this.scoreTrees(trees, sequences, this.reference)).logProb;
  }

  async forward(sequences: Sequences, at?: Positions): Promise<Scores> {
    const trees = this.trees(sequences, neededAt(at));
    const scores = await this.scoreTrees(trees, sequences, this.weights);
    this.batch = { trees, first: firstTokens(sequences), total: countTokens(sequences) };
    return scores;
  }

  async backward(dLogProb: Float32Array, update: UpdateSettings): Promise<{ gradNorm: number }> {
    const { batch } = this;
    if (!batch?.trees.length)
      throw new LabError('policy.backward: expected a forward pass before, got none. Call forward first.');
    requireCount('policy.backward', 'gradients', batch.total, dLogProb);
    const { trees, first } = batch;
    for (const [i, tree] of trees.entries()) {
      // Of one tree the activations are still there; of several, all but the last are gone.
      if (trees.length > 1) {
        this.pass.load(tree);
        this.pass.forward(this.weights);
        this.pass.score();
      }
      this.pass.logProbGradient(sumByTarget(tree, first, dLogProb));
      this.accumulate(i === 0, trees.length);
    }
    this.batch = undefined;
    return { gradNorm: await this.descend(trees.length, update) };
  }

  async supervised(
    sequences: Sequences,
    weights: Float32Array,
    update: UpdateSettings,
  ): Promise<{ loss: number; gradNorm: number }> {
    const first = firstTokens(sequences);
    const batch = this.weighted('supervised', sequences, weights).map((tree) => ({
      tree,
      used: sumByTarget(tree, first, weights),
    }));
    const total = totalWeight(
      'supervised',
      batch.map(({ used }) => used),
    );
    return this.fit(batch, update, ({ used }) => {
      const { loss } = this.pass.crossEntropy(used, 1 / total);
      return { losses: part(loss, used.length), total };
    });
  }

  async distill(
    sequences: Sequences,
    weights: Float32Array,
    teacherLogits: Float32Array,
    update: UpdateSettings,
  ): Promise<{ loss: number; gradNorm: number }> {
    const V = this.config.vocabulary;
    const trees = this.weighted('distill', sequences, weights);
    requireCount('policy.distill', 'teacher logits, V a token', weights.length * V, teacherLogits);
    const first = firstTokens(sequences);
    const batch = trees.map((tree) => ({ tree, ...rowTeachers(tree, first, weights, teacherLogits, V) }));
    const total = totalWeight(
      'distill',
      batch.map(({ weight }) => weight),
    );
    const { loss, gradNorm } = await this.fit(batch, update, ({ weight, teacher }) => {
      const scored = this.pass.distill(weight, teacher, 1 / total);
      return { losses: part(scored.loss, weight.length), total };
    });
    return { loss: loss + batch.reduce((sum, { spread }) => sum + spread, 0) / total, gradNorm };
  }

  /** The gradient of the last step, before clipping, flat. */
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

  checkpoint(): Promise<Checkpoint> {
    return this.optimizer.checkpoint();
  }

  restore(checkpoint: Checkpoint): void {
    this.optimizer.restore(checkpoint);
  }

  decoder(capacity: number): GpuDecoder {
    return new GpuDecoder(this.gpu, this.config, this.weights, this.table, capacity);
  }

  destroy(): void {
    this.pass.destroy();
    this.episodes?.destroy();
    this.optimizer.destroy();
    const { table, parameterTensor, accumulated } = this;
    const flats = [this.reference.flat, this.gradients.flat, ...(accumulated ? [accumulated] : [])];
    [parameterTensor, table, ...flats].forEach((t) => this.gpu.free(t));
  }

  /** Scores the sequences that the trees hold, a tree at a time; the activations of the last one stay. */
  private async scoreTrees(
    trees: readonly PrefixTree[],
    sequences: Sequences,
    weights: Weights,
  ): Promise<Scores> {
    const first = firstTokens(sequences);
    const total = countTokens(sequences);
    const out = { logProb: new Float32Array(total), entropy: new Float32Array(total) };
    for (const tree of trees) {
      this.load(tree);
      this.pass.forward(weights);
      const { logProb, entropy } = this.pass.score();
      const [scores, entropies] = await this.gpu.read(
        part(logProb, tree.targets.length),
        part(entropy, tree.heads.length),
      );
      forEachScore(tree, first, (at, head, score) => {
        out.logProb[at] = scores[score];
        out.entropy[at] = entropies[head];
      });
    }
    return out;
  }

  private trees(sequences: Sequences, needed?: Needed, rows = this.rowLimit): PrefixTree[] {
    return prefixTrees(sequences, this.config, Math.min(rows, this.rowLimit), needed, this.gpu.recorder.team);
  }

  /** Trees that compute what has a weight. @throws LabError unless there is a weight per token. */
  private weighted(name: string, sequences: Sequences, weights: Float32Array): PrefixTree[] {
    requireCount(`policy.${name}`, 'weights, one a token', countTokens(sequences), weights);
    const first = firstTokens(sequences);
    const needed: Needed = (s, t) => t + 1 < sequences[s].length && weights[first[s] + t] !== 0;
    return this.trees(sequences, needed);
  }

  /** One step on losses that a single forward pass gives: `score` records them and their dLogits. */
  private async fit<T extends { readonly tree: PrefixTree }>(
    batch: readonly T[],
    update: UpdateSettings,
    score: (item: T) => { losses: Tensor; total: number },
  ): Promise<{ loss: number; gradNorm: number }> {
    let loss = 0;
    for (const [i, item] of batch.entries()) {
      this.load(item.tree);
      this.pass.forward(this.weights);
      const { losses, total } = score(item);
      this.accumulate(i === 0, batch.length);
      const [values] = await this.gpu.read(losses);
      loss += values.reduce((a, b) => a + b, 0) / total;
    }
    return { loss, gradNorm: await this.descend(batch.length, update) };
  }

  /** Loads a batch in place of the one of the last forward pass, whose activations go. */
  private load(tree: PrefixTree): void {
    this.batch = undefined;
    this.pass.load(tree);
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

  /** One AdamW step on the gradient of the batch; resolves with its norm before clipping. */
  private descend(passes: number, update: UpdateSettings): Promise<number> {
    this.descended = passes > 1 && this.accumulated ? this.accumulated : this.gradients.flat;
    return this.optimizer.step(this.descended, update);
  }
}
