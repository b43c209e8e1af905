import { LabError } from '../core/errors.ts';
import { adamwPartialLength, adamwStep } from '../kernels/adamw.ts';
import type { Gpu } from '../kernels/gpu.ts';
import type { Tensor } from '../kernels/tensor.ts';
import type { Checkpoint, UpdateSettings } from './types.ts';

/** AdamW on flat parameters, with its moments. */
export class Optimizer {
  private readonly firstMoment: Tensor;
  private readonly secondMoment: Tensor;
  private readonly partial: Tensor;
  private readonly norm: Tensor;
  private updates = 0;

  constructor(
    private readonly gpu: Gpu,
    private readonly name: string,
    private readonly parameters: Tensor,
  ) {
    const { length } = parameters;
    this.firstMoment = gpu.alloc(length, 'firstMoment');
    this.secondMoment = gpu.alloc(length, 'secondMoment');
    this.partial = gpu.alloc(adamwPartialLength(length), 'normPartial');
    this.norm = gpu.alloc(1, 'norm');
  }

  /**
   * One step against `gradients`; resolves with their norm before clipping.
   * @throws LabError when the norm is not finite: the run has diverged.
   */
  async step(gradients: Tensor, update: UpdateSettings): Promise<number> {
    const { gpu, parameters, partial, norm, firstMoment, secondMoment } = this;
    this.updates++;
    adamwStep(
      gpu.recorder,
      { parameters, gradients, firstMoment, secondMoment, partial, norm },
      { ...update, n: parameters.length, update: this.updates },
    );
    const [[gradNorm]] = await gpu.read(norm);
    if (!Number.isFinite(gradNorm))
      throw new LabError(
        `policy ${this.name}: expected a finite gradient norm, got ${gradNorm}: the run has diverged. ` +
          'Lower the learning rate or raise the warm-up.',
      );
    return gradNorm;
  }

  async checkpoint(): Promise<Checkpoint> {
    const [parameters, firstMoment, secondMoment] = await this.gpu.read(
      this.parameters,
      this.firstMoment,
      this.secondMoment,
    );
    return { parameters, firstMoment, secondMoment, updates: this.updates };
  }

  restore(checkpoint: Checkpoint): void {
    this.gpu.write(this.parameters, checkpoint.parameters);
    this.gpu.write(this.firstMoment, checkpoint.firstMoment);
    this.gpu.write(this.secondMoment, checkpoint.secondMoment);
    this.updates = checkpoint.updates;
  }

  /** Frees what the optimizer holds beside the parameters. */
  destroy(): void {
    [this.firstMoment, this.secondMoment, this.partial, this.norm].forEach((tensor) => this.gpu.free(tensor));
  }
}
