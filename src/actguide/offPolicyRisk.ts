/**
 * Off-policy risk of guidance (Eq. 8, 9; 15–18 in the appendix): how far, and how erratically, the
 * unguided policy's probability of a guided rollout departs from the guided policy's.
 */

/**
 * L_k(τ) = Σ_j log π(z_j | z_<j) − log π(z_j | z_<j, g_k) (Eq. 8), in nats.
 * Both arrays score the same generated tokens [T_i] of one rollout, under the unguided and the guided prompt.
 */
export function logRatioShift(unguidedLogProb: ArrayLike<number>, guidedLogProb: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < unguidedLogProb.length; j++) sum += unguidedLogProb[j] - guidedLogProb[j];
  return sum;
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
export function riskSplit(logRatios: readonly ArrayLike<number>[]): { tokens: number; covariance: number } {
  const longest = Math.max(0, ...logRatios.map((row) => row.length));
  let tokens = 0;
  for (let j = 0; j < longest; j++) tokens += offPolicyRisk(logRatios.map((row) => row[j] ?? 0)).risk;
  const total = offPolicyRisk(logRatios.map((row) => Array.from(row).reduce((sum, x) => sum + x, 0))).risk;
  return { tokens, covariance: total - tokens };
}
