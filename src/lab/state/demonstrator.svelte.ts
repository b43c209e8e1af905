import type { WalkView } from '../../workers/handsOn.ts';
import type { ActionLibrary } from './actionLibrary.svelte.ts';
import type { CloseUp, Prober } from './closeUp.svelte.ts';
import { Guarded } from './guarded.svelte.ts';

/** A person who walks through the task close up; a walk that earns the reward becomes its plan. */
export class Demonstrator extends Guarded {
  actions = $state.raw<readonly string[]>([]);
  view = $state.raw<WalkView | undefined>();
  tool = $state<string | undefined>();

  constructor(
    private readonly prober: Prober,
    private readonly closeUp: CloseUp,
    private readonly library: ActionLibrary,
  ) {
    super();
  }

  /** From the start of the task close up. */
  restart(): Promise<void> {
    return this.go([]);
  }

  async act(action: string): Promise<void> {
    await this.go([...this.actions, action]);
    const { line } = this.view ?? {};
    if (line && this.view?.done) await this.library.add(line);
  }

  undo(): Promise<void> {
    return this.go(this.actions.slice(0, -1));
  }

  private async go(actions: readonly string[]): Promise<void> {
    const { ref } = this.closeUp;
    await this.guarded(async () => {
      const view = await this.prober.probe((api) => api.walk(ref, actions));
      if (this.closeUp.ref !== ref) return;
      this.actions = actions;
      this.view = view;
    });
  }
}
