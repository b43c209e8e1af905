import { expect, it } from 'vitest';
import { anatomySteps } from './anatomy.ts';

it('tells a guided token’s way through the update', () => {
  const steps = anatomySteps({
    word: 'census',
    source: 'guided',
    reward: 1,
    groupRewards: [0, 0, 0, 1],
    advantage: 1.732,
    oldLogProb: Math.log(0.98),
    logProb: Math.log(0.02),
    ratio: 0.02 / 0.98,
    clipEps: 0.2,
    clipped: false,
    kl: 0,
    gradient: -0.0118,
    unguided: { before: 0.02, after: 0.03 },
    guided: { before: 0.98, after: 0.985 },
    logitChange: { unguided: 0.41, guided: -0.02 },
    choices: [],
  });
  expect(steps.map(({ value }) => value)).toEqual(['1', '1.73', '0.0204', 'no', '-0.0118', '+0.41', '-0.02']);
  expect(steps[0].note).toBe('1 of 4 in its group succeeded');
  expect(steps[2].note).toBe('0.02 alone over 0.98 with the plan');
  expect(steps[4].note).toBe('descent raises the probability');
  expect(steps[5].note).toBe('p 0.02 → 0.03');
});
