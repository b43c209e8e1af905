import type { Environment } from '../envs/types.ts';
import { firstTokens } from '../policy/prefixTree.ts';
import type { LanguageModel } from '../policy/types.ts';
import { unguided } from './alignment.ts';
import type { Rollout } from './rollout.ts';

/**
 * Off-policy risk of guidance (Eq. 8, 9; 15–18 in the appendix): how far, and how erratically, the
 * unguided policy's probability of a guided rollout departs from the guided policy's.
 */

/** L_k(τ) = Σ_j log r_j (Eq. 8, 15), nats. logRatios: [T_i], see {@link logRatios}. */
export function logRatioShift(logRatios: readonly number[]): number {
  return logRatios.reduce((sum, value) => sum + value, 0);
}

/**
 * log r_j = log π(z_j | z_<j) − log π(z_j | z_<j, g_k) of every generated token (Eq. 14): one array [T_i] per
 * rollout. The guided term is the rollout's own record, so `model` must still be the policy that sampled it.
 */
export async function logRatios(
  model: LanguageModel,
  environment: Environment,
  rollouts: readonly Rollout[],
): Promise<number[][]> {
  const aligned = rollouts.map((rollout) => unguided(environment, rollout));
  const sequences = aligned.map(({ tokens }) => tokens);
  const first = firstTokens(sequences);
  const at = aligned.map(({ scoredAt }) => scoredAt);
  const { logProb } = await model.score(sequences, at);
  return aligned.map(({ scoredAt, sampledAt }, i) =>
    scoredAt.map((t, j) => logProb[first[i] + t] - rollouts[i].logProb[sampledAt[j]]),
  );
}

/** Mean shift E[L_k] and risk R_k = Var[L_k] (Eq. 9, 16; unbiased, 0 for fewer than two rollouts). */
export function offPolicyRisk(shifts: readonly number[]): { mean: number; risk: number } {
  const n = shifts.length;
  if (n === 0) return { mean: 0, risk: 0 };
  const mean = shifts.reduce((sum, shift) => sum + shift, 0) / n;
  const squares = shifts.reduce((sum, shift) => sum + (shift - mean) ** 2, 0);
  return { mean, risk: n < 2 ? 0 : squares / (n - 1) };
}

/**
 * R_k split into Σ_j Var(log r_j) and the cross-token covariance 2 Σ_{j<j'} Cov(log r_j, log r_j') (Eq. 17, 18).
 * logRatios: one array of log r_j = log π(z_j | z_<j) − log π(z_j | z_<j, g_k) per rollout; a rollout that
 * ended earlier counts as 0 from there on, which keeps the sum over j equal to its L_k.
 */
export function riskSplit(logRatios: readonly (readonly number[])[]): { tokens: number; covariance: number } {
  const longest = Math.max(0, ...logRatios.map((row) => row.length));
  let tokens = 0;
  for (let j = 0; j < longest; j++) tokens += offPolicyRisk(logRatios.map((row) => row[j] ?? 0)).risk;
  const total = offPolicyRisk(logRatios.map(logRatioShift)).risk;
  return { tokens, covariance: total - tokens };
}
