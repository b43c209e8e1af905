import type { AlgorithmOptions } from './config.ts';

/** Bound of every log-ratio before it is exponentiated: Adam's first steps can move a policy far. */
const LOG_RATIO_CLAMP = 20;
/** Bound of the k3 value of one token. */
const KL_CLAMP = 10;

export type Source = 'unguided' | 'guided';

/** The generated tokens of one rollout as the objective sees them; every array is [T_i]. */
export interface ObjectiveRow {
  readonly source: Source;
  /** Â(τ_i) */
  readonly advantage: number;
  /** log π_θ(z_t | z_<t): the policy being trained, always under the unguided prompt. */
  readonly logProb: ArrayLike<number>;
  /** log π_θold of the behaviour policy: under the guided prompt for guided rollouts (Eq. 12). */
  readonly oldLogProb: ArrayLike<number>;
  /** log π_ref(z_t | z_<t), unguided prompt. */
  readonly referenceLogProb: ArrayLike<number>;
}

/** What happened to each token of a row; every array is [T_i]. */
export interface RowDetails {
  /** r^mix of Eq. 12. */
  readonly ratio: Float64Array;
  /** 1 where clipping (or dual clipping) removed the token's policy gradient. */
  readonly clipped: Uint8Array;
  /** k3 estimate of KL(π_θ ‖ π_ref), nats. */
  readonly kl: Float64Array;
  /** dL/dlogProb. */
  readonly gradient: Float64Array;
}

export interface ObjectiveResult {
  /** L = −J_mix, to be decreased. */
  readonly loss: number;
  readonly rows: readonly RowDetails[];
}

export type ObjectiveOptions = Pick<
  AlgorithmOptions,
  'aggregation' | 'clipEps' | 'dualClip' | 'klCoefficient' | 'klOnGuided'
>;

/** r^mix = exp(logProb − oldLogProb) of Eq. 12, log-ratio clamped; `slope` is dr/dlogProb. */
function importanceRatio(logProb: number, oldLogProb: number): { ratio: number; slope: number } {
  const logRatio = logProb - oldLogProb;
  const bounded = Math.max(-LOG_RATIO_CLAMP, Math.min(LOG_RATIO_CLAMP, logRatio));
  const ratio = Math.exp(bounded);
  return { ratio, slope: bounded === logRatio ? ratio : 0 };
}

/**
 * min(r·A, clip(r, 1−ε, 1+ε)·A) of Eq. 11, for A < 0 bounded from below by dualClip·A.
 * `slope` is its derivative in r: A where the ratio acts, 0 where clipping took over.
 */
function clippedSurrogate(ratio: number, advantage: number, options: ObjectiveOptions) {
  const { clipEps, dualClip } = options;
  const free = ratio * advantage;
  const bounded = Math.max(1 - clipEps, Math.min(1 + clipEps, ratio)) * advantage;
  if (bounded < free) return { value: bounded, slope: 0 };
  if (dualClip !== null && advantage < 0 && free < dualClip * advantage)
    return { value: dualClip * advantage, slope: 0 };
  return { value: free, slope: advantage };
}

/** k3 = e^d − d − 1 with d = log π_ref − log π_θ, a non-negative estimate of the KL; `slope` is dk3/dlogProb. */
function k3(logProb: number, referenceLogProb: number): { value: number; slope: number } {
  const difference = referenceLogProb - logProb;
  const d = Math.max(-LOG_RATIO_CLAMP, Math.min(LOG_RATIO_CLAMP, difference));
  const value = Math.exp(d) - d - 1;
  const free = d === difference && value <= KL_CLAMP;
  return { value: Math.min(KL_CLAMP, value), slope: free ? 1 - Math.exp(d) : 0 };
}

/** What the means of Eq. 11 run over: 𝒢 ∪ 𝒢', with the rollouts that are not passed as rows. */
export interface ObjectiveScope {
  /** ΣT_i */
  readonly tokens: number;
  /** Rollouts with tokens. */
  readonly rollouts: number;
  /** The unguided ones of them. */
  readonly unguided: number;
}

/** The scope of these rollouts alone. T: tokens of each, which may be 0. */
export function scopeOf(rows: readonly { readonly source: Source; readonly T: number }[]): ObjectiveScope {
  const filled = rows.filter(({ T }) => T > 0);
  return {
    tokens: filled.reduce((sum, { T }) => sum + T, 0),
    rollouts: filled.length,
    unguided: filled.filter(({ source }) => source === 'unguided').length,
  };
}

/**
 * The mixed objective of Eq. 11 and 12 as a loss L = −J_mix, with dL/dlogProb of every token.
 *
 * Policy term: the clipped surrogate over all tokens of all rows, weighted 1/ΣT_i ('token') or
 * 1/(|G|·T_i) ('sequence'). KL term: β times the mean over rows of each row's token mean of k3, as Eq. 11
 * averages over rollouts; with `klOnGuided` off the mean runs over the unguided rows alone.
 * Rows without tokens count for nothing. `scope` is what the means run over, by default the rows given; rollouts
 * without advantage have no policy gradient and need not be among them.
 */
export function mixedObjective(
  rows: readonly ObjectiveRow[],
  options: ObjectiveOptions,
  scope = scopeOf(rows.map(({ source, logProb }) => ({ source, T: logProb.length }))),
): ObjectiveResult {
  const inKl = (row: ObjectiveRow) => options.klOnGuided || row.source === 'unguided';
  const klRows = options.klOnGuided ? scope.rollouts : scope.unguided;
  let loss = 0;
  const details = rows.map((row): RowDetails => {
    const T = row.logProb.length;
    const policyWeight = options.aggregation === 'token' ? 1 / scope.tokens : 1 / (scope.rollouts * T);
    const klWeight = inKl(row) ? options.klCoefficient / (klRows * T) : 0;
    const ratio = new Float64Array(T);
    const clipped = new Uint8Array(T);
    const kl = new Float64Array(T);
    const gradient = new Float64Array(T);
    for (let t = 0; t < T; t++) {
      const r = importanceRatio(row.logProb[t], row.oldLogProb[t]);
      const surrogate = clippedSurrogate(r.ratio, row.advantage, options);
      const penalty = k3(row.logProb[t], row.referenceLogProb[t]);
      loss += klWeight * penalty.value - policyWeight * surrogate.value;
      gradient[t] = klWeight * penalty.slope - policyWeight * surrogate.slope * r.slope;
      ratio[t] = r.ratio;
      clipped[t] = row.advantage !== 0 && surrogate.slope === 0 ? 1 : 0;
      kl[t] = penalty.value;
    }
    return { ratio, clipped, kl, gradient };
  });
  return { loss, rows: details };
}
