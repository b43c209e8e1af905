import type { RerollView, WalkView } from '../../workers/handsOn.ts';
import { callback } from '../../workers/client.ts';
import {
  cutAt,
  deleteAction,
  grownTo,
  insertAction,
  planActions,
  replaceAction,
  type PlanDraft,
} from '../planEditing.ts';
import type { CloseUp, Prober } from './closeUp.svelte.ts';
import { messageOf } from './guarded.svelte.ts';

/** Milliseconds without another change after which a plan is tried. */
const PAUSE_MS = 250;
/** Rollouts that a plan is judged by. */
export const EFFECT_SAMPLES = 8;

/** What a plan does: carried out to the letter, and in the prompt. */
export interface PlanEffect {
  readonly plan: readonly string[];
  /** Carried out by itself; undefined where the episode ends before the plan does. */
  readonly carried: Pick<WalkView, 'reward' | 'done'> | undefined;
  /** Mean |ΔLogit| at the arguments of one guided trajectory; null without a plan. */
  readonly shift: number | null;
  readonly reroll: RerollView;
}

/** The plan of the task close up, to be cut and edited; every change made here is tried at once. */
export class PlanEditor {
  draft = $state.raw<PlanDraft>({ actions: [], cut: 0 });
  /** The action under the hands. */
  selected = $state<number | undefined>();
  /** Effects by plan, under the weights of `step`: without a plan, with the reference plan, with this one. */
  none = $state.raw<PlanEffect | undefined>();
  reference = $state.raw<PlanEffect | undefined>();
  own = $state.raw<PlanEffect | undefined>();
  measuring = $state(false);
  problem = $state<string | undefined>();
  private past: PlanDraft[] = [];
  canUndo = $state(false);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private noises = 0;
  private latest = 0;
  private known: Record<string, PlanEffect | undefined> = {};

  readonly shown = $derived(this.draft.actions.slice(0, this.draft.cut));

  constructor(
    private readonly prober: Prober,
    private readonly closeUp: CloseUp,
  ) {}

  /** Whether the actions are those of the task's plan, however it is cut. */
  get unchanged(): boolean {
    return same(this.draft.actions, this.closeUp.task?.plan ?? []);
  }

  /** Takes over what another panel has made the agent's plan; a task that is new begins afresh. */
  follow(): void {
    const { task, ownPlan, k } = this.closeUp;
    if (!task) return;
    if (ownPlan === undefined) {
      if (!this.unchanged || this.draft.cut !== k) this.show({ actions: task.plan, cut: k });
    } else if (ownPlan !== this.shown.join(', ')) {
      const actions = planActions(ownPlan);
      this.show({ actions, cut: actions.length });
    }
  }

  cut(at: number): void {
    this.change(cutAt(this.draft, at));
  }

  replace(at: number, action: string): void {
    this.change(replaceAction(this.draft, at, action));
  }

  delete(at: number): void {
    this.change(deleteAction(this.draft, at));
    const last = this.draft.actions.length - 1;
    if (this.selected !== undefined) this.selected = last < 0 ? undefined : Math.min(this.selected, last);
  }

  /** Puts a copy of an action before it, to be changed. */
  insert(at: number): void {
    this.change(insertAction(this.draft, at, this.draft.actions[at]));
    this.selected = at;
  }

  /** Puts an irrelevant action somewhere. */
  async noise(): Promise<void> {
    const { ref } = this.closeUp;
    const { draft } = this;
    try {
      const noisy = await this.prober.probe((api) => api.addNoise(ref, draft.actions, this.noises++));
      if (this.draft !== draft) return;
      this.change(grownTo(draft, noisy));
      this.problem = undefined;
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  undo(): void {
    const before = this.past.pop();
    if (before) this.adopt(before);
  }

  /** Back to the task's plan, whole. */
  reset(): void {
    const { plan } = this.closeUp.task ?? {};
    if (plan) this.change({ actions: plan, cut: plan.length });
    this.selected = undefined;
  }

  /** Tries no plan, the task's and this one, unless it is known what they do under these weights. */
  async measure(): Promise<void> {
    const { task, ref } = this.closeUp;
    if (!task) return;
    const run = ++this.latest;
    this.measuring = true;
    try {
      this.own = undefined;
      const own = await this.effect(ref, task.id, this.shown);
      if (run !== this.latest) return;
      this.own = own;
      this.none = await this.effect(ref, task.id, []);
      this.reference = await this.effect(ref, task.id, task.plan);
    } catch (error) {
      if (run === this.latest) this.problem = messageOf(error);
    }
    if (run === this.latest) this.measuring = false;
  }

  /** Weights have changed: what is known of them is no longer true. */
  forget(): void {
    this.known = {};
    this.latest++;
    this.measuring = false;
    this.none = this.reference = this.own = undefined;
  }

  private async effect(ref: CloseUp['ref'], id: string, plan: readonly string[]): Promise<PlanEffect> {
    const key = `${id}: ${plan.join(', ')}`;
    const known = this.known[key];
    if (known) return known;
    const carried = await this.prober
      .probe((api) => api.walk(ref, plan))
      .then(({ reward, done }) => ({ reward, done }))
      .catch(() => undefined);
    const trajectory = await this.prober.probe((api) =>
      api.trajectory({ task: ref, k: 0, plan: plan.join(', '), seed: 0 }),
    );
    const reroll = await this.prober.probe((api) =>
      api.reroll(
        { id: crypto.randomUUID(), task: ref, turns: [], plan, samples: EFFECT_SAMPLES, seed: 0 },
        callback(() => undefined),
      ),
    );
    const shifts = trajectory.tokens
      .filter(({ role }) => role === 'argument')
      .map(({ deltaLogit }) => deltaLogit);
    const shift = plan.length === 0 ? null : shifts.reduce((sum, value) => sum + value, 0) / shifts.length;
    const effect = { plan, carried, shift, reroll };
    this.known[key] = effect;
    return effect;
  }

  private change(draft: PlanDraft): void {
    if (draft.cut === this.draft.cut && same(draft.actions, this.draft.actions)) return;
    this.past.push(this.draft);
    this.adopt(draft);
  }

  private adopt(draft: PlanDraft): void {
    this.draft = draft;
    this.canUndo = this.past.length > 0;
    if (this.selected !== undefined && this.selected >= draft.actions.length) this.selected = undefined;
    // Where the actions are the task's own, the other panels count them by k.
    this.closeUp.k = draft.cut;
    this.closeUp.ownPlan = this.unchanged ? undefined : this.shown.join(', ');
    // What was measured or refused was another plan.
    this.own = undefined;
    this.problem = undefined;
    this.latest++;
    this.measuring = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void this.closeUp.sample();
      void this.measure();
    }, PAUSE_MS);
  }

  private show(draft: PlanDraft): void {
    this.draft = draft;
    this.past = [];
    this.canUndo = false;
    this.selected = undefined;
    this.own = undefined;
  }
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((action, i) => action === b[i]);
