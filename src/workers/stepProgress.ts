import type { StepPhase } from './protocol.ts';

/**
 * Tells the phases of a training step apart from what its sampler reports: the first batch of rollouts is
 * the groups', later ones are probes of the search, and when a batch is complete the update may follow.
 */
export class StepProgress {
  private batch = 0;
  private last = Infinity;

  constructor(private readonly emit: (phase: StepPhase, done: number, total: number) => void) {}

  readonly report = (done: number, total: number): void => {
    if (done < this.last) this.batch++;
    this.last = done < total ? done : Infinity;
    const phase = done === total ? 'update' : this.batch === 1 ? 'rollout' : 'search';
    this.emit(phase, done, total);
  };
}
