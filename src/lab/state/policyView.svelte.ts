import type { BothLooks, BothSequences, PolicyLook, SequenceView } from '../../workers/policyLook.ts';
import type { HeadChoice } from '../attention.ts';
import type { CloseUp, Prober } from './closeUp.svelte.ts';

export type Prompt = keyof BothSequences;

/** Inside the policy at one position of the trajectory close up: what it attends to, and what it would say next. */
export class PolicyView {
  prompt = $state<Prompt>('guided');
  head = $state.raw<HeadChoice>('mean');
  looks = $state.raw<BothLooks | undefined>();
  problem = $state<string | undefined>();
  /** A position chosen here; undefined follows the token of the other panels. */
  private chosen = $state<number | undefined>();
  /** The sequences that `looks` are of. */
  private seen = $state.raw<BothSequences | undefined>();

  readonly sequence = $derived<SequenceView | undefined>(this.seen?.[this.prompt]);
  readonly look = $derived<PolicyLook | undefined>(this.looks?.[this.prompt]);
  /** t: the position looked from. */
  readonly position = $derived.by((): number => {
    const { sequence, chosen, closeUp } = this;
    if (!sequence) return 0;
    const said = sequence.saidAt[closeUp.token ?? 0] ?? sequence.words.length - 1;
    return Math.min(chosen ?? said, sequence.words.length - 1);
  });
  /** The token of the agent that t predicts, by its place among the said ones; undefined within replies and prompt. */
  readonly said = $derived.by((): number | undefined => {
    const found = this.sequence?.saidAt.indexOf(this.position) ?? -1;
    return found < 0 ? undefined : found;
  });

  constructor(
    private readonly prober: Prober,
    private readonly closeUp: CloseUp,
  ) {}

  /** Looks at the trajectory close up under the weights of now. */
  async refresh(sequences: BothSequences | undefined): Promise<void> {
    // Looks of one trajectory say nothing of another's positions.
    if (sequences !== this.seen) {
      this.seen = undefined;
      this.looks = undefined;
    }
    if (!sequences) return;
    try {
      const looks = await this.prober.probe((api) => api.look(sequences));
      if (this.closeUp.trajectory?.sequences !== sequences) return;
      this.seen = sequences;
      this.looks = looks;
      this.chosen = undefined;
      this.problem = undefined;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** Looks from position t; where the agent said something there, the other panels follow. */
  choose(t: number): void {
    const token = this.sequence?.saidAt.indexOf(t) ?? -1;
    if (token >= 0) this.closeUp.select(token);
    this.chosen = token >= 0 ? undefined : t;
  }

  /** The other panels chose a token. */
  follow(): void {
    this.chosen = undefined;
  }

  /** The same place behind the other prompt. */
  behind(prompt: Prompt): void {
    const { sequence, seen, chosen } = this;
    if (sequence && seen && chosen !== undefined) {
      const t = chosen - sequence.promptLength + seen[prompt].promptLength;
      this.chosen = t >= 0 ? t : undefined;
    }
    this.prompt = prompt;
  }
}
