import type { StepView, TokenAnatomy, TokenView } from '../../workers/inspection.ts';
import type { TrainerApi } from '../../workers/protocol.ts';
import { Guarded } from './guarded.svelte.ts';

/** How the state reaches the trainer. */
export interface Inspector {
  inspect<R>(invoke: (api: TrainerApi) => Promise<R>): Promise<R>;
}

/** The run's last step from inside: one group, one rollout, one token. */
export class LastStep extends Guarded {
  view = $state.raw<StepView | undefined>();
  group = $state(0);
  rollout = $state(0);
  tokens = $state.raw<readonly TokenView[] | undefined>();
  token = $state<number | undefined>();
  anatomy = $state.raw<TokenAnatomy | undefined>();
  busy = $state(false);

  readonly shownGroup = $derived(this.view?.groups[this.group]);
  readonly shownRollout = $derived(this.shownGroup?.rollouts[this.rollout]);

  constructor(private readonly inspector: Inspector) {
    super();
  }

  /** Reads the last step; the group shown stays in place, its tokens go. */
  async refresh(): Promise<void> {
    await this.guarded(async () => {
      const view = await this.inspector.inspect((api) => api.lastStep());
      if (!view || view.step === this.view?.step) return;
      this.view = view;
      this.group = Math.min(this.group, view.groups.length - 1);
      this.forget();
    });
  }

  chooseGroup(group: number): void {
    this.group = group;
    this.rollout = 0;
    this.forget();
  }

  /** Shows the tokens of a rollout of the group. */
  async chooseRollout(rollout: number): Promise<void> {
    this.rollout = rollout;
    this.forget();
    const { view, group } = this;
    if (!view) return;
    await this.guarded(async () => {
      const tokens = await this.inspector.inspect((api) =>
        api.rolloutTokens({ step: view.step, group, rollout }),
      );
      if (this.rollout === rollout && this.group === group) this.tokens = tokens;
    });
  }

  /** Shows what the update did to a token. */
  async chooseToken(token: number): Promise<void> {
    this.token = token;
    const { view, group, rollout } = this;
    if (!view) return;
    await this.guarded(async () => {
      const anatomy = await this.inspector.inspect((api) =>
        api.tokenAnatomy({ step: view.step, group, rollout }, token),
      );
      if (this.token === token) this.anatomy = anatomy;
    });
  }

  private forget(): void {
    this.tokens = undefined;
    this.token = undefined;
    this.anatomy = undefined;
  }

  protected override async guarded(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    await super.guarded(work);
    this.busy = false;
  }
}
