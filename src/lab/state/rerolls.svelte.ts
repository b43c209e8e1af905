import type { Outcome } from '../../actguide/outcomes.ts';
import type { RerollView } from '../../workers/handsOn.ts';
import { callback } from '../../workers/client.ts';
import type { CloseUp, Prober } from './closeUp.svelte.ts';
import { Guarded } from './guarded.svelte.ts';

/** Continuations one can ask for. */
export const sampleCounts = [8, 32, 128] as const;

/** K continuations from a state of the trajectory close up. */
export class Rerolls extends Guarded {
  samples = $state<number>(32);
  /** Whether the plan that the agent is shown guides the continuations too. */
  guided = $state(false);
  view = $state.raw<RerollView | undefined>();
  busy = $state(false);
  done = $state(0);
  /** The ending that is leafed through; undefined: all. */
  only = $state<Outcome | undefined>();
  /** The continuation on show, among those. */
  leaf = $state(0);
  private draws = 0;
  /** Id of the re-roll under way. */
  private running = '';

  readonly listed = $derived(
    this.view?.returned.filter(({ outcome }) => this.only === undefined || outcome === this.only) ?? [],
  );

  constructor(
    private readonly prober: Prober,
    private readonly closeUp: CloseUp,
  ) {
    super();
  }

  /** The turn before which the policy goes on: that which the panels point at. */
  get from(): number {
    return Math.max(0, Math.min(this.closeUp.turn ?? 0, this.turns.length - 1));
  }

  get turns() {
    return this.closeUp.trajectory?.turns ?? [];
  }

  async run(): Promise<void> {
    const { ref, shownPlan } = this.closeUp;
    this.running = crypto.randomUUID();
    const request = {
      id: this.running,
      task: ref,
      turns: this.turns
        .slice(0, this.from)
        .map(({ tool, thought, argument }) => ({ tool, thought, argument })),
      plan: this.guided ? [...shownPlan] : [],
      samples: this.samples,
      seed: this.draws++,
    };
    this.busy = true;
    this.done = 0;
    await this.guarded(async () => {
      const view = await this.prober.probe((api) =>
        api.reroll(
          request,
          callback((done: number) => (this.done = done)),
        ),
      );
      if (this.closeUp.ref === ref) this.show(view);
    });
    this.busy = false;
  }

  stop(): void {
    const { running } = this;
    void this.prober.probe((api) => api.stopReroll(running));
  }

  choose(outcome: Outcome | undefined): void {
    this.only = outcome;
    this.leaf = 0;
  }

  /** The next continuation, or the one before; round at the ends. */
  turnOver(by: 1 | -1): void {
    const count = this.listed.length;
    if (count > 0) this.leaf = (this.leaf + by + count) % count;
  }

  /** Another task: what was sampled of the last one goes. */
  forget(): void {
    this.view = undefined;
    this.problem = undefined;
  }

  private show(view: RerollView): void {
    this.view = view;
    this.choose(undefined);
  }
}
