import type { StepPhase } from './protocol.ts';

/**
 * Tells the phases of a training step apart from what its sampler reports: first the groups' rollouts, then, once more
 * are asked for, those of the search too; when all are there the update may follow.
 */
export class StepProgress {
  private groups = 0;

  constructor(private readonly emit: (phase: StepPhase, done: number, total: number) => void) {}

  readonly report = (done: number, total: number): void => {
    this.groups ||= total;
    this.emit(done === total ? 'update' : total === this.groups ? 'rollout' : 'search', done, total);
  };
}
