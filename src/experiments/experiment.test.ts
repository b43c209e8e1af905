import { describe, expect, it } from 'vitest';
import { verdict } from './experiment.ts';

const judge = (values: number[], side: 'above' | 'below', threshold: number) =>
  verdict('a claim', 'a statistic', values, side, threshold).outcome;

describe('verdicts', () => {
  it('hold when the whole interval lies on the side of the claim, and fail when it lies on the other', () => {
    expect(judge([0.4, 0.5, 0.6], 'above', 0)).toBe('holds');
    expect(judge([0.4, 0.5, 0.6], 'below', 0.1)).toBe('does not hold');
    expect(judge([0, 0, 0], 'above', 0)).toBe('does not hold');
  });

  it('decide nothing when the interval straddles the threshold, from one value, or from none', () => {
    expect(judge([-1, 1, 0.5, -0.5], 'above', 0)).toBe('undecided');
    expect(judge([5], 'above', 0)).toBe('undecided');
    expect(judge([], 'above', 0)).toBe('undecided');
  });

  it('carry the interval they were judged by', () => {
    const { interval } = verdict('a claim', 'a statistic', [1, 2, 3], 'above', 0);
    expect(interval.mean).toBe(2);
    expect(interval.low).toBeGreaterThanOrEqual(1);
    expect(interval.high).toBeLessThanOrEqual(3);
  });
});
