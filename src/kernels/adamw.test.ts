import { describe, expect, it } from 'vitest';
import { adamwStepRef, type AdamwState } from './adamw.ref.ts';
import { adamwPartialLength, adamwStep } from './adamw.ts';

const settings = {
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  gradClip: Infinity,
};
const state = (...parameters: number[]): AdamwState => ({
  parameters: Float64Array.from(parameters),
  firstMoment: new Float64Array(parameters.length),
  secondMoment: new Float64Array(parameters.length),
});

describe('adamw reference', () => {
  it('the first update moves each parameter by the learning rate against the sign of its gradient', () => {
    const s = state(1, 1);
    adamwStepRef(s, [3, -0.02], { ...settings, update: 1 });
    expect(s.parameters[0]).toBeCloseTo(0.9, 6);
    expect(s.parameters[1]).toBeCloseTo(1.1, 6);
  });

  it('the second update by hand: gradients 1, then 0', () => {
    const s = state(0);
    adamwStepRef(s, [1], { ...settings, update: 1 });
    adamwStepRef(s, [0], { ...settings, update: 2 });
    const mHat = (0.9 * 0.1) / (1 - 0.81);
    const vHat = (0.99 * 0.01) / (1 - 0.9801);
    expect(s.parameters[0]).toBeCloseTo(-0.1 - (0.1 * mHat) / Math.sqrt(vHat), 6);
  });

  it('clips to the global norm and reports the norm before', () => {
    const s = state(0, 0);
    const norm = adamwStepRef(s, [30, 40], { ...settings, gradClip: 1, update: 1 });
    expect(norm).toBeCloseTo(50, 12);
    expect(s.firstMoment[0]).toBeCloseTo(0.1 * 0.6, 6);
    expect(s.firstMoment[1]).toBeCloseTo(0.1 * 0.8, 6);
  });

  it('decays weights apart from the gradient', () => {
    const s = state(2);
    adamwStepRef(s, [0], { ...settings, weightDecay: 0.5, update: 1 });
    expect(s.parameters[0]).toBeCloseTo(2 - 0.1 * 0.5 * 2, 12);
  });

  it('descends the gradient of a quadratic to its minimum', () => {
    const s = state(3, -2);
    const target = [1, 0.5];
    for (let update = 1; update <= 600; update++) {
      const gradient = s.parameters.map((x, i) => 2 * (x - target[i]));
      adamwStepRef(s, gradient, { ...settings, learningRate: 0.1 * 0.99 ** update, update });
    }
    expect(s.parameters[0]).toBeCloseTo(1, 3);
    expect(s.parameters[1]).toBeCloseTo(0.5, 3);
  });
});

describe('adamwStep', () => {
  it('needs √n values of scratch, at most 1024', () => {
    expect(adamwPartialLength(1)).toBe(1);
    expect(adamwPartialLength(100)).toBe(10);
    expect(adamwPartialLength(10_000_000)).toBe(1024);
  });

  it.each([
    ['learningRate', NaN],
    ['beta2', 1],
    ['weightDecay', Infinity],
    ['gradClip', -1],
  ])('refuses %s = %d', (name, value) => {
    const dims = { n: 1, ...settings, update: 1, [name]: value };
    expect(() => adamwStep({} as never, {} as never, dims)).toThrow(
      new RegExp(`adamw.step: expected ${name} from 0 to .+, got ${value}\\. Correct`),
    );
  });

  it('counts updates from 1', () => {
    expect(() => adamwStep({} as never, {} as never, { n: 1, ...settings, update: 0 })).toThrow(
      /adamw.step: expected update to be an integer from 1/,
    );
  });
});
