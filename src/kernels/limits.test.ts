import { describe, expect, it } from 'vitest';
import { crossEntropyBackward, crossEntropyForward } from './crossEntropy.ts';
import { distillBackward, distillForward } from './distill.ts';
import { logProbBackward, logProbForward } from './logProb.ts';
import { rmsnormBackward, rmsnormForward } from './rmsnorm.ts';
import { sample } from './sample.ts';

/** Dimensions are checked before anything touches the recorder or the tensors. */
const nothing = {} as never;
const V = 65537;

describe('rows beyond 65536 are refused with op, limit, value and remedy', () => {
  it.each([
    ['rmsnorm.forward', 'C', () => rmsnormForward(nothing, nothing, { M: 1, C: V, eps: 0 })],
    ['rmsnorm.backward', 'C', () => rmsnormBackward(nothing, nothing, { M: 1, C: V, eps: 0 })],
    ['logProb.forward', 'V', () => logProbForward(nothing, nothing, { M: 1, V, P: 1 })],
    ['logProb.backward', 'V', () => logProbBackward(nothing, nothing, { M: 1, V, P: 1 })],
    ['crossEntropy.forward', 'V', () => crossEntropyForward(nothing, nothing, { M: 1, V, P: 1 })],
    ['crossEntropy.backward', 'V', () => crossEntropyBackward(nothing, nothing, { M: 1, V, P: 1, scale: 1 })],
    ['distill.forward', 'V', () => distillForward(nothing, nothing, { M: 1, V })],
    ['distill.backward', 'V', () => distillBackward(nothing, nothing, { M: 1, V, scale: 1 })],
    ['sample', 'V', () => sample(nothing, nothing, { R: 1, V, seed: 0, temperature: 1 })],
  ])('%s', (op, name, call) => {
    expect(call).toThrow(
      `${op}: expected ${name} to be an integer from 1 to 65536, got 65537. Pass a smaller ${name}.`,
    );
  });
});
