import type { GuidanceCurve } from '../../workers/inspection.ts';
import { planActions } from '../planEditing.ts';
import type { BarrierView, ProbeApi, TaskRef, TaskView, TrajectoryView } from '../../workers/protocol.ts';
import { Guarded } from './guarded.svelte.ts';

/** Tasks shown close up come from this seed; no training run uses it by default. */
const TASK_SEED = 2026;
/** Tasks of a level one can leaf through. */
export const TASKS_PER_LEVEL = 12;
/** Rollouts a guidance level gets in Figure 4. */
const CURVE_SAMPLES = 32;

/** A held-out task that one can leaf to. */
export const heldOutRef = (level: number, index: number): TaskRef => ({ seed: TASK_SEED, level, index });

/** How the state reaches whichever worker answers probes. */
export interface Prober {
  probe<R>(invoke: (api: ProbeApi) => Promise<R>): Promise<R>;
}

/** One task under the current weights: its graph, a sampled trajectory, Figure 3 and Figure 4. */
export class CloseUp extends Guarded {
  ref = $state.raw<TaskRef>({ seed: TASK_SEED, level: 0, index: 0 });
  /** k: plan actions shown to the agent in the sampled trajectory. */
  k = $state(0);
  task = $state.raw<TaskView | undefined>();
  trajectory = $state.raw<TrajectoryView | undefined>();
  barrier = $state.raw<BarrierView | undefined>();
  curve = $state.raw<GuidanceCurve | undefined>();
  barrierFraction = $state<number | undefined>();
  sampling = $state(false);
  measuring = $state(false);
  /** A plan in the person's own words, shown to the agent in place of the first k actions; undefined: none. */
  ownPlan = $state<string | undefined>();
  /** The token that every panel points at, by its place among the trajectory's sampled tokens. */
  token = $state<number | undefined>();
  /** The turn it belongs to, or the turn that was chosen by itself. */
  turn = $state<number | undefined>();
  private draws = 0;

  constructor(private readonly prober: Prober) {
    super();
  }

  /** The plan that the agent is shown, an action an entry. */
  get shownPlan(): readonly string[] {
    if (this.ownPlan === undefined) return this.task?.plan.slice(0, this.k) ?? [];
    return planActions(this.ownPlan);
  }

  get level(): number {
    return this.ref.level;
  }

  get index(): number {
    return this.ref.index;
  }

  /** Shows another held-out task. */
  open(level: number, index: number): Promise<void> {
    return this.show(heldOutRef(level, (index + TASKS_PER_LEVEL) % TASKS_PER_LEVEL));
  }

  /** Shows another task, then samples it and computes its Figure 3. */
  async show(ref: TaskRef): Promise<void> {
    this.ref = ref;
    this.trajectory = undefined;
    this.barrier = undefined;
    this.curve = undefined;
    this.ownPlan = undefined;
    this.select(undefined);
    await this.guarded(async () => {
      const task = await this.prober.probe((api) => api.task(ref));
      if (this.ref !== ref) return;
      this.task = task;
      this.k = task.plan.length;
    });
    await this.sample();
    await this.recompute();
  }

  /** Points every panel at a token of the trajectory, or at none. */
  select(token: number | undefined): void {
    this.token = token;
    this.turn = token === undefined ? undefined : this.trajectory?.tokens[token]?.turn;
  }

  /** Points every panel at a turn. */
  selectTurn(turn: number): void {
    const token = this.trajectory?.tokens.findIndex((candidate) => candidate.turn === turn) ?? -1;
    this.token = token < 0 ? undefined : token;
    this.turn = turn;
  }

  /** Draws a trajectory with `k` plan actions in the prompt. */
  async sample(): Promise<void> {
    const { ref } = this;
    const request = { task: ref, k: this.k, plan: this.ownPlan, seed: this.draws++ };
    this.sampling = true;
    await this.guarded(async () => {
      const trajectory = await this.prober.probe((api) => api.trajectory(request));
      if (this.ref !== ref) return;
      this.trajectory = trajectory;
      this.select(undefined);
    });
    this.sampling = false;
  }

  /** Figure 3 of the task from the current weights. */
  async recompute(): Promise<void> {
    if (this.barrierFraction !== undefined) return;
    const { ref } = this;
    this.barrierFraction = 0;
    await this.guarded(async () => {
      const profile = await this.prober.probe((api) => api.barrierProfile({ task: ref, seed: 0 }));
      if (this.ref === ref) this.barrier = profile;
    });
    this.barrierFraction = undefined;
    if (this.ref !== ref) await this.recompute();
  }

  /** Figure 4 of the task from the current weights. */
  async measure(): Promise<void> {
    const { ref } = this;
    this.measuring = true;
    await this.guarded(async () => {
      const curve = await this.prober.probe((api) => api.guidanceCurve(ref, CURVE_SAMPLES));
      if (this.ref === ref) this.curve = curve;
    });
    this.measuring = false;
  }
}
