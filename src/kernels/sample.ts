import { InputError } from '../core/errors.ts';
import { MAX_ROW } from './limits.ts';
import { defineOp, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import random from './parts/random.wgsl?raw';
import wgsl from './sample.wgsl?raw';

export const sampleOp = defineOp({
  name: 'sample',
  wgsl: [wgsl, random].join('\n'),
  bindings: {
    logits: 'read',
    row: 'read',
    stream: 'read',
    position: 'read',
    token: 'read_write',
    logProb: 'read_write',
    entropy: 'read_write',
  },
  dims: { R: 'u32', V: 'u32', seed: 'u32', temperature: 'f32' },
  kernels: { draw: ['logits', 'row', 'stream', 'position', 'token', 'logProb', 'entropy'] },
});

/** Temperatures between 0 and this are refused: the quotient logits / temperature would leave float32. */
const MIN_TEMPERATURE = 1e-3;

/**
 * Makes R draws, several from one row where they share it: inverse CDF of softmax(logits / temperature) in token order at
 * u = uniform(seed, stream, position) of core/random.ts. Temperature 0 takes the most probable token, the lowest
 * among equals. logits: [*, V], finite; row (of logits), stream, position: u32 [R] → token: u32 [R]; logProb: [R], of that token;
 * entropy: [R], in nats; both at temperature 1. V ≤ 65536.
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small, InputError for a seed or a
 * temperature out of range.
 */
export function sample(
  recorder: Recorder,
  tensors: {
    logits: Tensor;
    row: Tensor;
    stream: Tensor;
    position: Tensor;
    token: Tensor;
    logProb: Tensor;
    entropy: Tensor;
  },
  dims: { R: number; V: number; seed: number; temperature: number },
): void {
  const { R, V, seed, temperature } = dims;
  requireDims('sample', { R });
  requireDims('sample', { V }, MAX_ROW);
  requireSampling('sample', seed, temperature);
  const needed = { logits: V, row: R, stream: R, position: R, token: R, logProb: R, entropy: R };
  requireLengths('sample', tensors, needed);
  recorder.dispatch(sampleOp, 'draw', tensors, dims, grid(R));
}

/** @throws InputError unless `seed` is a u32 and `temperature` 0 or from 0.001 to 1000. */
export function requireSampling(where: string, seed: number, temperature: number): void {
  if (seed !== seed >>> 0)
    throw new InputError(
      `${where}: expected seed to be an integer from 0 to 4294967295, got ${seed}. Choose another.`,
    );
  if (temperature !== 0 && !(temperature >= MIN_TEMPERATURE && temperature <= 1000))
    throw new InputError(
      `${where}: expected temperature to be 0 or from ${MIN_TEMPERATURE} to 1000, got ${temperature}. ` +
        'Pass 0 for the most probable token.',
    );
}
