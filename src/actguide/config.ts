import type { SearchWorldOptions } from '../envs/search/index.ts';
import type { PolicySize } from '../policy/types.ts';
import type { ActionLine } from './actionData.ts';

/** ActGuide-RL and what it is compared with; `sft` is supervised fine-tuning, `opsd` on-policy self-distillation. */
export const methods = ['actguide', 'grpo', 'sft', 'opsd'] as const;
export type Method = (typeof methods)[number];

export const presets = ['paper', 'released-code'] as const;
export type Preset = (typeof presets)[number];

/** The switches in which the paper's Algorithm 1, its ablations and the authors' released code differ. */
export interface AlgorithmOptions {
  /** Guidance where the unguided group failed, or for every task instead of an unguided group (−Fallback). */
  readonly guide: 'failed' | 'always';
  /** How much: the least level that recovers reward (Eq. 10), or this share of the plan, 0..1 (−Adaptive, Fig. 7). */
  readonly level: 'minimal' | number;
  /** Prompt under which guided rollouts are trained: x, as in Eq. 12, or the one they were sampled under (−Mixed). */
  readonly guidedPrompt: 'unguided' | 'guided';
  /** Expected share of task-irrelevant actions in the plans that guide (Table 5). */
  readonly actionNoise: number;
  /** Probability that a step of the expert that `sft` learns from is the right one. */
  readonly expertSkill: number;
  /** Whose guided distribution `opsd` learns from: the step's own policy (Eq. 13), or the frozen base policy. */
  readonly opsdTeacher: 'policy' | 'reference';
  /** Group after fallback: N unguided + N guided, or the N guided alone. */
  readonly assembly: 'union' | 'replace';
  /** First guidance level the search may return. */
  readonly searchFrom: 0 | 1;
  /** Whether the whole plan (k = L) may be probed. */
  readonly probeFullPlan: boolean;
  /** Rollouts per probe; 'group' means N. */
  readonly probeSize: number | 'group';
  /** B: most probes per task; null means as many as the search needs. */
  readonly probeBudget: number | null;
  /** What to do when no level is verified: leave the group unguided, or use the level the search ends at. */
  readonly unverified: 'skip' | 'use';
  /** Guided rollouts trained on: those of the successful probe, or fresh ones at k*. */
  readonly guidedRollouts: 'probe' | 'fresh';
  /** A group succeeds when max Y ≥ δ. */
  readonly successThreshold: number;
  /** Advantage denominator: population or unbiased standard deviation. */
  readonly advantageStd: 'population' | 'unbiased';
  /** 1/ΣT_i over all tokens, or the mean over sequences of their token means. */
  readonly aggregation: 'token' | 'sequence';
  readonly clipEps: number;
  /** Dual clip constant for negative advantages; null switches it off. */
  readonly dualClip: number | null;
  readonly klCoefficient: number;
  /** Whether the KL term covers guided rollouts too. */
  readonly klOnGuided: boolean;
}

export const presetOptions: Record<Preset, AlgorithmOptions> = {
  paper: {
    guide: 'failed',
    level: 'minimal',
    guidedPrompt: 'unguided',
    actionNoise: 0,
    expertSkill: 0.9,
    opsdTeacher: 'policy',
    assembly: 'union',
    searchFrom: 1,
    probeFullPlan: true,
    probeSize: 'group',
    probeBudget: null,
    unverified: 'skip',
    guidedRollouts: 'probe',
    successThreshold: 1,
    advantageStd: 'population',
    aggregation: 'token',
    clipEps: 0.2,
    dualClip: 3,
    klCoefficient: 0.001,
    klOnGuided: true,
  },
  'released-code': {
    guide: 'failed',
    level: 'minimal',
    guidedPrompt: 'unguided',
    actionNoise: 0,
    expertSkill: 0.9,
    opsdTeacher: 'policy',
    assembly: 'replace',
    searchFrom: 0,
    probeFullPlan: false,
    probeSize: 2,
    probeBudget: 5,
    unverified: 'use',
    guidedRollouts: 'fresh',
    successThreshold: 1e-9,
    advantageStd: 'unbiased',
    aggregation: 'sequence',
    clipEps: 0.2,
    dualClip: 3,
    klCoefficient: 0.001,
    klOnGuided: true,
  },
};

/** Everything that determines a training run. Same config, same adapter: the same bits. */
export interface RunConfig {
  readonly method: Method;
  readonly policy: PolicySize;
  readonly preset: Preset;
  readonly seed: number;
  readonly steps: number;
  /** M: tasks of a step. */
  readonly tasksPerStep: number;
  /** N: rollouts of a group. */
  readonly groupSize: number;
  readonly minibatches: number;
  readonly learningRate: number;
  /** Updates over which the learning rate rises linearly: Adam's first steps are sign descent. */
  readonly warmupUpdates: number;
  readonly gradClip: number;
  readonly temperature: number;
  /** Evaluate every this many steps, and after the last. */
  readonly evalEvery: number;
  /** Unguided evaluation rollouts per level, one per task. */
  readonly evalTasks: number;
  readonly options: AlgorithmOptions;
  /** Plans that guide in place of the reference plans of their tasks; left out: none. */
  readonly demonstrations?: readonly ActionLine[];
  /** Tasks of every step that are demonstrated ones, in turn; the rest is drawn as ever. Left out: none. */
  readonly demonstratedTasks?: number;
  /** The search world's options that differ from the world the base policies know; absent where none does. */
  readonly world?: Partial<SearchWorldOptions>;
}

/** Some settings of a run, some of its algorithm's options among them. */
export type RunChange = Partial<Omit<RunConfig, 'options'>> & {
  readonly options?: Partial<AlgorithmOptions>;
};

export const defaultRun = {
  method: 'actguide',
  policy: 'micro',
  preset: 'paper',
  seed: 7,
  steps: 64,
  tasksPerStep: 32,
  groupSize: 8,
  minibatches: 4,
  learningRate: 6e-4,
  warmupUpdates: 20,
  gradClip: 1,
  temperature: 1,
  evalEvery: 8,
  evalTasks: 64,
} as const;

/** Metrics of the rollouts of one source within a step; `docs/metrics.md` defines each. */
export interface SourceMetrics {
  readonly rollouts: number;
  /** Tokens in the step's update; where it is 0, ratio, clip fraction and KL have no data and read 0. */
  readonly trainedTokens: number;
  readonly reward: number;
  readonly ratio: number;
  readonly ratioMax: number;
  readonly clipFraction: number;
  readonly kl: number;
  readonly entropy: number;
  readonly turns: number;
  readonly responseLength: number;
  /** Mean over rollouts of Σ log π(z)/π(z|g) (Eq. 8); 0 for unguided rollouts. */
  readonly logRatioShift: number;
  /** Variance of the same (Eq. 9, within the step). */
  readonly offPolicyRisk: number;
}

/** What one training step did. Everything here is a function of the config; times are in `timing`. */
export interface StepMetrics {
  readonly step: number;
  /** Fractions of the step's groups. */
  readonly trainableGroups: number;
  readonly allFailGroups: number;
  readonly allPassGroups: number;
  /** Groups that used guidance, as a count. */
  readonly guidedGroups: number;
  /** Mean least guidance k* over guided groups, and as a fraction of the plan; null when none was guided. */
  readonly kStar: number | null;
  readonly kStarFraction: number | null;
  /** Probes of the binary search, and rollouts they cost. */
  readonly probes: number;
  readonly probeRollouts: number;
  /** All rollouts and environment steps of this training step, probes included. */
  readonly rollouts: number;
  readonly environmentSteps: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly kl: number;
  /** Mean loss of the step's updates where the method has one: `sft`, `opsd`; else null. */
  readonly loss: number | null;
  readonly unguided: SourceMetrics;
  readonly guided: SourceMetrics | null;
  /** Unguided success of this step's own groups, per level. */
  readonly rewardByLevel: readonly (number | null)[];
  /** Unguided evaluation on held-out tasks, on the steps that evaluate. */
  readonly success: Success | null;
  /** Wall times in milliseconds; not part of what repeats bit for bit. */
  readonly timing: {
    readonly rolloutMs: number;
    readonly searchMs: number;
    readonly updateMs: number;
    readonly stepMs: number;
  };
}

/** Unguided success rate per level and their mean. */
export interface Success {
  readonly mean: number;
  readonly levels: readonly number[];
}
