import { InputError } from '../core/errors.ts';
import { defineOp, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import wgsl from './adamw.wgsl?raw';

export const adamw = defineOp({
  name: 'adamw',
  wgsl,
  bindings: {
    parameters: 'read_write',
    gradients: 'read',
    firstMoment: 'read_write',
    secondMoment: 'read_write',
    partial: 'read_write',
    norm: 'read_write',
  },
  dims: {
    n: 'u32',
    parts: 'u32',
    learningRate: 'f32',
    gain1: 'f32',
    gain2: 'f32',
    correction1: 'f32',
    correction2: 'f32',
    eps: 'f32',
    weightDecay: 'f32',
    gradClip: 'f32',
  },
  kernels: {
    squares: ['gradients', 'partial'],
    total: ['partial', 'norm'],
    step: ['parameters', 'gradients', 'firstMoment', 'secondMoment', 'norm'],
  },
});

/** Values of scratch that {@link adamwStep} needs: √n partial sums balance the two stages, 1024 at most. */
export const adamwPartialLength = (n: number): number => Math.min(1024, Math.ceil(Math.sqrt(n)));

export interface AdamwDims {
  readonly n: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** The gradient is scaled by min(1, gradClip / (norm + 1e-6)); Infinity never clips. */
  readonly gradClip: number;
  /** Count of this update, from 1: for the bias corrections. */
  readonly update: number;
}

/**
 * One AdamW update (Loshchilov & Hutter 2019), with the gradient g clipped to a global norm:
 * m += (1 - β₁)(g - m), v += (1 - β₂)(g² - v),
 * θ -= learningRate · ((m / (1 - β₁^update)) / (√(v / (1 - β₂^update)) + eps) + weightDecay · θ).
 * parameters, gradients, firstMoment, secondMoment: [n]; partial: {@link adamwPartialLength} values of scratch;
 * norm: [1], the gradient norm before clipping.
 * @throws InputError for a setting out of range, ShapeError when a tensor is too small.
 */
export function adamwStep(
  recorder: Recorder,
  tensors: {
    parameters: Tensor;
    gradients: Tensor;
    firstMoment: Tensor;
    secondMoment: Tensor;
    partial: Tensor;
    norm: Tensor;
  },
  dims: AdamwDims,
): void {
  const { n, learningRate, beta1, beta2, eps, weightDecay, gradClip, update } = dims;
  requireDims('adamw.step', { n, update });
  requireSetting('learningRate', learningRate, 0, 1000);
  requireSetting('beta1', beta1, 0, 0.99999);
  requireSetting('beta2', beta2, 0, 0.99999);
  requireSetting('eps', eps, 1e-12, 1);
  requireSetting('weightDecay', weightDecay, 0, 1000);
  requireSetting('gradClip', gradClip, 0, Infinity);
  const parts = adamwPartialLength(n);
  requireLengths('adamw.step', tensors, {
    parameters: n,
    gradients: n,
    firstMoment: n,
    secondMoment: n,
    partial: parts,
    norm: 1,
  });
  const uniforms = {
    n,
    parts,
    learningRate,
    gain1: 1 - beta1,
    gain2: 1 - beta2,
    correction1: 1 - beta1 ** update,
    correction2: 1 - beta2 ** update,
    eps,
    weightDecay,
    // WGSL promises nothing about infinities.
    gradClip: Math.min(gradClip, 3e38),
  };
  recorder.dispatch(adamw, 'squares', tensors, uniforms, grid(parts));
  recorder.dispatch(adamw, 'total', tensors, uniforms, [1, 1, 1]);
  recorder.dispatch(adamw, 'step', tensors, uniforms, grid(n));
}

function requireSetting(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high))
    throw new InputError(
      `adamw.step: expected ${name} from ${low} to ${high}, got ${value}. Correct the update settings.`,
    );
}
