import type { Source } from '../actguide/objective.ts';

/** A word the policy might say next. */
export interface Choice {
  readonly word: string;
  readonly probability: number;
}

/** One token of a rollout under two prompts: with the plan and without it. */
export interface TokenView {
  readonly word: string;
  readonly role: 'tool' | 'thought' | 'argument';
  /** 0-based turn. */
  readonly turn: number;
  /** |ΔLogit| between the prompts (Eq. 5). */
  readonly deltaLogit: number;
  /** π(token | prefix) under each prompt. */
  readonly guided: number;
  readonly unguided: number;
  /** The most probable next tokens under each prompt, most probable first. */
  readonly guidedChoices: readonly Choice[];
  readonly unguidedChoices: readonly Choice[];
}

export interface RolloutView {
  readonly source: Source;
  /** Plan actions in the prompt it was sampled under. */
  readonly k: number;
  readonly reward: number;
  /** Â (Eq. 11). */
  readonly advantage: number;
  readonly turns: number;
  /** Its actions in words. */
  readonly actions: readonly string[];
}

export interface ProbeView {
  readonly k: number;
  readonly successes: number;
  readonly size: number;
  /** A lower level had a higher success rate, against what bisection assumes. */
  readonly nonMonotone: boolean;
}

/** The search for k* of one task, probe by probe. */
export interface SearchView {
  readonly k: number | null;
  readonly verified: boolean;
  readonly probes: readonly ProbeView[];
}

export interface GroupView {
  readonly taskId: string;
  readonly level: number;
  readonly question: string;
  readonly plan: readonly string[];
  readonly outcome: 'trainable' | 'allFail' | 'allPass';
  readonly rollouts: readonly RolloutView[];
  readonly search: SearchView | null;
}

/** One training step in groups. */
export interface StepView {
  /** Steps done, this one counted. */
  readonly step: number;
  readonly groups: readonly GroupView[];
}

/** A rollout of the last step by number. */
export interface GroupRef {
  /** The step it belongs to, so that a later step is not taken for it. */
  readonly step: number;
  readonly group: number;
  readonly rollout: number;
}

/** A word before and after the update, under one prompt. */
export interface ChoiceChange {
  readonly word: string;
  readonly before: number;
  readonly after: number;
}

/** The path of one token through the update: reward → advantage → ratio → clip → gradient → logit. */
export interface TokenAnatomy {
  readonly word: string;
  readonly source: Source;
  readonly reward: number;
  readonly groupRewards: readonly number[];
  readonly advantage: number;
  /** log π_old(token) of the behaviour policy: the denominator of Eq. 12. */
  readonly oldLogProb: number;
  /** log π_θ(token) before the update, unguided: the numerator. */
  readonly logProb: number;
  /** r^mix (Eq. 12). */
  readonly ratio: number;
  readonly clipEps: number;
  readonly clipped: boolean;
  /** k3 estimate of the KL to the frozen reference, nats. */
  readonly kl: number;
  /** dL/dlogProb with this rollout alone in the batch. */
  readonly gradient: number;
  /** Probability of the token before and after the whole step's update. */
  readonly unguided: { readonly before: number; readonly after: number };
  readonly guided: { readonly before: number; readonly after: number };
  /** Change of its centred logit by the update. */
  readonly logitChange: { readonly unguided: number; readonly guided: number };
  /** The most probable words at this place without the plan, before or after. */
  readonly choices: readonly ChoiceChange[];
}

/** One guidance level of one task (Eq. 7–9, 16). */
export interface GuidancePoint {
  readonly k: number;
  readonly samples: number;
  readonly successes: number;
  /** Mean of L_k over the rollouts, nats, and R_k, its variance. */
  readonly meanShift: number;
  readonly risk: number;
}

/** Figure 4 for one task: a point for every k = 0..K. */
export interface GuidanceCurve {
  readonly taskId: string;
  /** Training steps behind the weights. */
  readonly step: number;
  readonly points: readonly GuidancePoint[];
}
