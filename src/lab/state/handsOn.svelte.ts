import type { ToolView } from '../../workers/handsOn.ts';
import { ActionLibrary } from './actionLibrary.svelte.ts';
import type { CloseUp, Prober } from './closeUp.svelte.ts';
import { Demonstrator } from './demonstrator.svelte.ts';
import type { Inspector } from './lastStep.svelte.ts';
import { PlanEditor } from './planEditor.svelte.ts';
import { Rerolls } from './rerolls.svelte.ts';

export const handsOnTabs = ['plan', 'reroll', 'demonstrate', 'data'] as const;
export type HandsOnTab = (typeof handsOnTabs)[number];

/** What one can do by hand with the task close up. */
export class HandsOn {
  tab = $state<HandsOnTab>('plan');
  /** The world's action space. */
  tools = $state.raw<readonly ToolView[]>([]);
  readonly library: ActionLibrary;
  readonly editor: PlanEditor;
  readonly rerolls: Rerolls;
  readonly demonstrator: Demonstrator;
  /** The task that the hands are on, and the training steps behind the weights. */
  private at = '';

  constructor(
    private readonly prober: Prober & Partial<Inspector>,
    readonly closeUp: CloseUp,
    levels: () => number,
  ) {
    this.library = new ActionLibrary(prober, closeUp, levels);
    this.editor = new PlanEditor(prober, closeUp);
    this.rerolls = new Rerolls(prober, closeUp);
    this.demonstrator = new Demonstrator(prober, closeUp, this.library);
  }

  /** Called whenever task, weights or the agent's plan may have changed. */
  follow(): void {
    const { task, trajectory } = this.closeUp;
    if (!task) return;
    if (this.tools.length === 0)
      void this.prober.probe((api) => api.tools()).then((tools) => this.setTools(tools));
    this.editor.follow();
    const at = `${task.id} ${trajectory?.step ?? ''}`;
    if (!trajectory || at === this.at) return;
    const [before] = this.at.split(' ');
    this.at = at;
    this.editor.forget();
    if (before === task.id) return;
    this.rerolls.forget();
    void this.demonstrator.restart();
  }

  private setTools(tools: readonly ToolView[]): void {
    this.tools = tools;
    this.demonstrator.tool ??= tools[0]?.tool;
  }
}
