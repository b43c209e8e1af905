import { describe, expect, it } from 'vitest';
import type { SourceMetrics, StepMetrics } from '../actguide/config.ts';
import { duration, number } from './format.ts';
import {
  bySource,
  metricSeries,
  niceTop,
  remainingMs,
  stepTicks,
  successSeries,
  tableRows,
} from './series.ts';

const source = (ratio: number): SourceMetrics => ({
  rollouts: 4,
  trainedTokens: 36,
  reward: 0.5,
  ratio,
  ratioMax: 2,
  clipFraction: 0.1,
  kl: 0.01,
  entropy: 1,
  turns: 3,
  responseLength: 9,
  logRatioShift: -2,
  offPolicyRisk: 4,
});

const step = (n: number, guided: number | null, stepMs = 100): StepMetrics => ({
  step: n,
  trainableGroups: 0.5,
  allFailGroups: 0.5,
  allPassGroups: 0,
  guidedGroups: guided === null ? 0 : 1,
  kStar: guided === null ? null : 2,
  kStarFraction: guided === null ? null : 0.4,
  probes: 3,
  probeRollouts: 24,
  rollouts: 32,
  environmentSteps: 96,
  gradNorm: 1,
  learningRate: 6e-4,
  kl: 0.01,
  loss: null,
  unguided: source(1),
  guided: guided === null ? null : source(guided),
  rewardByLevel: [],
  success: null,
  timing: { rolloutMs: 0, searchMs: 0, updateMs: 0, stepMs },
});

describe('series', () => {
  it('has one curve a level and a mean', () => {
    const series = successSeries([{ step: 8, success: { mean: 0.3, levels: [0.6, 0] } }], ['easy', 'hard']);
    expect(series.map((s) => [s.label, s.points])).toEqual([
      ['easy', [{ x: 8, y: 0.6 }]],
      ['hard', [{ x: 8, y: 0 }]],
      ['mean', [{ x: 8, y: 0.3 }]],
    ]);
  });

  it('leaves gaps where a step has no such number', () => {
    const metrics = [step(1, 0.7), step(2, null)];
    const [unguided, guided] = bySource(metrics, (s) => s.ratio);
    expect(unguided.points).toEqual([
      { x: 1, y: 1 },
      { x: 2, y: 1 },
    ]);
    expect(guided.points).toEqual([{ x: 1, y: 0.7 }]);
    expect(metricSeries(metrics, { id: 'k', label: 'k', color: '' }, (m) => m.kStar).points).toEqual([
      { x: 1, y: 2 },
    ]);
    expect(tableRows([unguided, guided])).toEqual([
      { x: 1, values: [1, 0.7] },
      { x: 2, values: [1, undefined] },
    ]);
  });

  it('rounds the top of an axis up to few digits', () => {
    const of = (y: number) => niceTop([{ id: 'a', label: 'a', color: '', points: [{ x: 0, y }] }]);
    expect([0, 0.004, 0.12, 0.2, 3, 7, 10].map(of)).toEqual([1, 0.004, 0.2, 0.2, 3, 8, 10]);
    expect(niceTop([], 4)).toBe(4);
    expect(stepTicks(4)).toEqual([0, 1, 2, 3, 4]);
    expect(stepTicks(64)).toEqual([0, 10, 20, 30, 40, 50, 60]);
  });

  it('estimates the remaining time from the median of recent steps', () => {
    expect(remainingMs([], 10)).toBeNull();
    expect(remainingMs([step(1, 1, 900), step(2, 1, 100), step(3, 1, 120)], 10)).toBe(7 * 120);
    expect(duration(2300)).toBe('under 5 s');
    expect(duration(41_000)).toBe('45 s');
    expect(duration(4_810_000)).toBe('1 h 21 min');
    expect([0.123456, 12345, 0.00012, undefined].map(number)).toEqual(['0.123', '12,345', '1.2e-4', '–']);
  });
});
