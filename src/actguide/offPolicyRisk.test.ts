import { describe, expect, it } from 'vitest';
import { guidance } from './guidance.ts';
import { logRatios, logRatioShift, offPolicyRisk, riskSplit } from './offPolicyRisk.ts';
import { rollouts } from './rollout.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates, gatesTask } from './testing/gates.ts';

describe('off-policy risk', () => {
  it('Eq. 8: the shift is the sum of the token log-ratios', () => {
    expect(logRatioShift([-0.5, 0, -3])).toBe(-3.5);
    expect(logRatioShift([])).toBe(0);
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

  it('Eq. 14: the log-ratio is ln(0.02 / 0.97) at a stale gate of the gates world and 0 at a thought', async () => {
    const policy = new GatePolicy();
    const task = gatesTask(2, 1);
    const requests = [0, 3].map((k) => ({ task, plan: guidance(task, k), stream: k }));
    const [free, led] = await rollouts(policy, gates, requests, { seed: 1, temperature: 0 });
    const [freeRatios, ledRatios] = await logRatios(policy, gates, [free, led]);
    freeRatios.forEach((value) => expect(value).toBeCloseTo(0, 6));
    // Steps are tool, thought, argument: the first gate wants the prior's argument, the others do not.
    const stale = Math.log(0.02 / 0.97);
    const expected = [0, 0, Math.log(0.94 / 0.97), 0, 0, stale, 0, 0, stale];
    ledRatios.forEach((value, j) => expect(value).toBeCloseTo(expected[j], 5));
    expect(ledRatios).toHaveLength(9);
  });
});
