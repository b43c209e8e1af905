import { describe, expect, it } from 'vitest';
import { logRatioShift, offPolicyRisk, riskSplit } from './offPolicyRisk.ts';

describe('off-policy risk', () => {
  it('Eq. 8: the shift is the sum of the token log-ratios', () => {
    expect(logRatioShift([-1, -2, -4], [-0.5, -2, -1])).toBe(-3.5);
    expect(logRatioShift([], [])).toBe(0);
  });

  it('Eq. 9: variance of the shift over rollouts', () => {
    expect(offPolicyRisk([-1, -3, -5])).toEqual({ mean: -3, risk: 4 });
    expect(offPolicyRisk([-2])).toEqual({ mean: -2, risk: 0 });
    expect(offPolicyRisk([])).toEqual({ mean: 0, risk: 0 });
  });

  it('Eq. 18: token variances and covariances add up to the risk', () => {
    // log r_1 = ±1, log r_2 = ±2 moving together
    const together = riskSplit([
      [1, 2],
      [-1, -2],
    ]);
    // token variances 2 and 8; the shifts 3 and −3 have variance 18
    expect(together).toEqual({ tokens: 10, covariance: 8 });
    // opposite signs cancel: shifts −1 and 1 have variance 2
    expect(
      riskSplit([
        [1, -2],
        [-1, 2],
      ]),
    ).toEqual({ tokens: 10, covariance: -8 });
  });

  it('Eq. 18: rollouts of different lengths keep the sum', () => {
    const rows = [[0.5, -1, 2], [0.25], [-1, 3]];
    const { tokens, covariance } = riskSplit(rows);
    const { risk } = offPolicyRisk(rows.map((row) => row.reduce((a, b) => a + b, 0)));
    expect(tokens + covariance).toBeCloseTo(risk, 12);
  });
});
