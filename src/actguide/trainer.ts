import { LabError } from '../core/errors.ts';
import type { Environment, Task } from '../envs/types.ts';
import type { Checkpoint, TrainablePolicy } from '../policy/types.ts';
import type { Iterate, Iteration } from './algorithm1.ts';
import { Sampler } from './collect.ts';
import type { RunConfig, StepMetrics, Success } from './config.ts';
import { releaseDecoders } from './decoders.ts';
import { evaluate, heldOutTasks } from './evaluate.ts';
import { stepMetrics } from './metrics.ts';
import type { RolloutOptions } from './rollout.ts';

export interface TrainerInput {
  /** The base policy; its parameters at this moment become the frozen reference of the KL term. */
  readonly policy: TrainablePolicy;
  readonly environment: Environment;
  readonly config: RunConfig;
  /** A training step of the method. */
  readonly iterate: Iterate;
}

/** Enough to continue a run bit for bit, on a trainer built from the same base policy and config. */
export interface TrainerCheckpoint {
  readonly policy: Checkpoint;
  readonly stepsDone: number;
  readonly updates: number;
}

type Observer = Pick<RolloutOptions, 'signal' | 'onProgress'>;

/**
 * Runs training steps one at a time; pausing is not calling `step`. Every random stream is keyed by
 * (seed, step, role, task, index) and task sets by (seed, step), so a run is a function of its config.
 */
export class Trainer {
  readonly policy: TrainablePolicy;
  readonly environment: Environment;
  readonly config: RunConfig;
  /** Groups, advantages and update of the last step, for whoever wants to look at trajectories. */
  lastStep: Iteration | null = null;
  private readonly iterate: Iterate;
  private readonly heldOut: readonly (readonly Task[])[];
  private steps = 0;
  private updates = 0;

  constructor({ policy, environment, config, iterate }: TrainerInput) {
    this.policy = policy;
    this.environment = environment;
    this.config = config;
    this.iterate = iterate;
    this.heldOut = heldOutTasks(environment, config);
    policy.freezeReference();
  }

  get stepsDone(): number {
    return this.steps;
  }

  /** Whether all `config.steps` steps have been made. */
  get finished(): boolean {
    return this.steps >= this.config.steps;
  }

  /**
   * One iteration of the method, and the evaluation where one is due. Aborting while it samples leaves the
   * run as it was, and the step can be made again.
   * @throws LabError when the run is finished.
   */
  async step(observer: Observer = {}): Promise<StepMetrics> {
    const { policy, environment, config, steps: step } = this;
    if (this.finished)
      throw new LabError(
        `Trainer.step: expected fewer than ${config.steps} steps done, got all. Start a new run.`,
      );
    const began = performance.now();
    const sampler = new Sampler(policy, environment, config, step, observer);
    const iteration = await this.iterate(policy, sampler, this.updates);
    const stepMs = performance.now() - began;
    this.lastStep = iteration;
    this.updates += iteration.update.updates;
    this.steps++;
    const due = this.steps % config.evalEvery === 0 || this.finished;
    const success = due ? await this.evaluate() : null;
    return stepMetrics(environment, { ...iteration, step, cost: sampler.cost, success, stepMs });
  }

  /** Unguided success on the held-out tasks, now. */
  evaluate(observer: Observer = {}): Promise<Success> {
    return evaluate(this.policy, this.environment, this.config, { ...observer, heldOut: this.heldOut });
  }

  async checkpoint(): Promise<TrainerCheckpoint> {
    return { policy: await this.policy.checkpoint(), stepsDone: this.steps, updates: this.updates };
  }

  restore(checkpoint: TrainerCheckpoint): void {
    this.policy.restore(checkpoint.policy);
    this.steps = checkpoint.stepsDone;
    this.updates = checkpoint.updates;
    this.lastStep = null;
  }

  /** Frees the decoders; the policy itself belongs to the caller. */
  destroy(): void {
    releaseDecoders(this.policy);
  }
}
