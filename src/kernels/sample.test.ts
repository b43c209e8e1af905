import { describe, expect, it } from 'vitest';
import { uniform } from '../core/random.ts';
import { sampleRef } from './sample.ref.ts';
import { sample } from './sample.ts';

describe('sample reference', () => {
  const quarter = [0, Math.log(3)]; // probabilities 1/4 and 3/4

  it('chooses by the uniform number, by hand', () => {
    for (let position = 0; position < 100; position++) {
      const u = uniform(1, 2, position);
      const drawn = sampleRef(quarter, 2, position, { seed: 1, temperature: 1 });
      expect(drawn.token).toBe(u < 0.25 ? 0 : 1);
      expect(drawn.distance).toBeCloseTo(Math.abs(u - 0.25), 12);
      expect(drawn.logProb).toBeCloseTo(Math.log(drawn.token === 0 ? 1 / 4 : 3 / 4), 12);
      expect(drawn.entropy).toBeCloseTo(Math.log(4) - (3 / 4) * Math.log(3), 12);
    }
  });

  it('temperature 1/2 squares the odds, and leaves the log-probability at temperature 1', () => {
    for (let position = 0; position < 100; position++) {
      const drawn = sampleRef(quarter, 2, position, { seed: 1, temperature: 0.5 });
      expect(drawn.token).toBe(uniform(1, 2, position) < 0.1 ? 0 : 1);
      expect(drawn.logProb).toBeCloseTo(Math.log(drawn.token === 0 ? 1 / 4 : 3 / 4), 12);
    }
  });

  it('temperature 0 takes the lowest of equal maxima', () => {
    expect(sampleRef([1, 5, 5, 0], 0, 0, { seed: 0, temperature: 0 }).token).toBe(1);
  });

  it('never chooses a token of probability zero', () => {
    const logits = [-2000, 0, -2000];
    for (let position = 0; position < 100; position++)
      expect(sampleRef(logits, 0, position, { seed: 3, temperature: 1 }).token).toBe(1);
  });
});

describe('sample refuses', () => {
  const dims = { R: 1, V: 2, seed: 0, temperature: 1 };

  it.each([-1, 0.5, 2 ** 32, NaN])('seed %d', (seed) => {
    expect(() => sample({} as never, {} as never, { ...dims, seed })).toThrow(
      `sample: expected seed to be an integer from 0 to 4294967295, got ${seed}.`,
    );
  });

  it.each([-1, 1e-9, Infinity, NaN])('temperature %d', (temperature) => {
    expect(() => sample({} as never, {} as never, { ...dims, temperature })).toThrow(
      `sample: expected temperature to be 0 or from 0.001 to 1000, got ${temperature}.`,
    );
  });
});
