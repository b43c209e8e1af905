import type { BarrierView, ProbeApi, TaskRef, TaskView, TrajectoryView } from '../../workers/protocol.ts';

/** Tasks shown close up come from this seed; no training run uses it by default. */
const TASK_SEED = 2026;
/** Tasks of a level one can leaf through. */
export const TASKS_PER_LEVEL = 12;

/** How the state reaches whichever worker answers probes. */
export interface Prober {
  probe<R>(invoke: (api: ProbeApi) => Promise<R>): Promise<R>;
}

/** One task under the current weights: its graph, a sampled trajectory, and Figure 3. */
export class CloseUp {
  level = $state(0);
  index = $state(0);
  /** k: plan actions shown to the agent in the sampled trajectory. */
  k = $state(0);
  task = $state.raw<TaskView | undefined>();
  trajectory = $state.raw<TrajectoryView | undefined>();
  barrier = $state.raw<BarrierView | undefined>();
  barrierFraction = $state<number | undefined>();
  sampling = $state(false);
  problem = $state<string | undefined>();
  /** A plan in the person's own words, shown to the agent in place of the first k actions; undefined: none. */
  ownPlan = $state<string | undefined>();
  private draws = 0;

  constructor(private readonly prober: Prober) {}

  get ref(): TaskRef {
    return { seed: TASK_SEED, level: this.level, index: this.index };
  }

  /** Shows another task, then samples it and computes its Figure 3. */
  async open(level: number, index: number): Promise<void> {
    this.level = level;
    this.index = (index + TASKS_PER_LEVEL) % TASKS_PER_LEVEL;
    this.trajectory = undefined;
    this.barrier = undefined;
    this.ownPlan = undefined;
    const ref = this.ref;
    await this.guarded(async () => {
      const task = await this.prober.probe((api) => api.task(ref));
      if (!this.shows(ref)) return;
      this.task = task;
      this.k = task.plan.length;
    });
    await this.sample();
    await this.recompute();
  }

  /** Draws a trajectory with `k` plan actions in the prompt. */
  async sample(): Promise<void> {
    const ref = this.ref;
    const request = { task: ref, k: this.k, plan: this.ownPlan, seed: this.draws++ };
    this.sampling = true;
    await this.guarded(async () => {
      const trajectory = await this.prober.probe((api) => api.trajectory(request));
      if (this.shows(ref)) this.trajectory = trajectory;
    });
    this.sampling = false;
  }

  /** Figure 3 of the task from the current weights. */
  async recompute(): Promise<void> {
    if (this.barrierFraction !== undefined) return;
    const ref = this.ref;
    this.barrierFraction = 0;
    await this.guarded(async () => {
      const profile = await this.prober.probe((api) => api.barrierProfile({ task: ref, seed: 0 }));
      if (this.shows(ref)) this.barrier = profile;
    });
    this.barrierFraction = undefined;
    if (!this.shows(ref)) await this.recompute();
  }

  private shows(ref: TaskRef): boolean {
    return ref.level === this.level && ref.index === this.index;
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.problem = undefined;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }
}
