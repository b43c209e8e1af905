import { describe, expect, it } from 'vitest';
import { furtherValues, outcomeInWords, verdict, type Claim } from './verdict.ts';

const claim: Claim = {
  claim: 'a claim',
  statistic: 'a statistic',
  per: 'seed',
  side: 'above',
  threshold: 0,
  paper: null,
};
const judge = (values: number[], side: 'above' | 'below', threshold: number) =>
  verdict({ ...claim, side, threshold }, values).outcome;

describe('verdicts', () => {
  it('hold when the whole interval lies on the side of the claim, and fail when it lies on the other', () => {
    expect(judge([0.4, 0.5, 0.6], 'above', 0)).toBe('holds');
    expect(judge([0.4, 0.5, 0.6], 'below', 0.1)).toBe('does not hold');
    expect(judge([0, 0, 0], 'above', 0)).toBe('does not hold');
  });

  it('decide nothing when the interval straddles the threshold, from two values, or from none', () => {
    expect(judge([-1, 1, 0.5, -0.5], 'above', 0)).toBe('undecided');
    expect(judge([5, 5], 'above', 0)).toBe('undecided');
    expect(judge([], 'above', 0)).toBe('undecided');
  });

  it('carry the data and the interval they were judged by, without what is no number', () => {
    const { interval, values } = verdict(claim, [1, NaN, 2, 3, Infinity]);
    expect(values).toEqual([1, 2, 3]);
    expect(interval.mean).toBe(2);
    expect(interval.low).toBeCloseTo(2 - 4.303 / Math.sqrt(3), 3);
    expect(interval.high).toBeCloseTo(2 + 4.303 / Math.sqrt(3), 3);
  });

  it('measure the effect in standard deviations from the threshold', () => {
    expect(verdict({ ...claim, threshold: 1 }, [1, 2, 3]).effectSize).toBeCloseTo(1, 12);
    expect(verdict(claim, [2, 2, 2]).effectSize).toBeNull();
    expect(verdict(claim, [2]).effectSize).toBeNull();
  });
});

describe('how many more values', () => {
  it('where the half width 1.96 s/√n reaches the distance from the threshold', () => {
    // s² = 1 and mean 0.5: n = ⌈1.96² / 0.25⌉ = 16 in all.
    const values = [-0.5, 0.5, 1.5];
    expect(furtherValues(values, 0)).toBe(13);
    expect(verdict(claim, values)).toMatchObject({ outcome: 'undecided', needs: 13 });
    expect(outcomeInWords(verdict(claim, values))).toBe('undecided: needs 13 more seeds');
  });

  it('at least three in all, and none said beyond a thousand', () => {
    expect(furtherValues([], 0)).toBe(3);
    expect(furtherValues([1], 0)).toBe(2);
    expect(furtherValues([1, 1.01], 0)).toBe(1);
    expect(furtherValues([-1, 1], 0)).toBeNull();
    expect(outcomeInWords(verdict(claim, [1, 1.01]))).toBe('undecided: needs 1 more seed');
    expect(outcomeInWords(verdict(claim, [-1, 1]))).toBe('undecided: needs over 1000 more seeds');
    expect(outcomeInWords(verdict(claim, []))).toBe('undecided: no data yet');
  });

  it('is not asked where the claim is decided', () => {
    expect(verdict(claim, [2, 2.5, 3]).needs).toBeNull();
    expect(outcomeInWords(verdict(claim, [2, 2.5, 3]))).toBe('holds');
  });
});
