import { LabError } from '../core/errors.ts';
import { defineOp } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireSampling } from './sample.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import random from './parts/random.wgsl?raw';
import draw from './rollout/draw.wgsl?raw';
import layers from './rollout/layers.wgsl?raw';
import wgsl from './rollout.wgsl?raw';

export const rolloutOp = defineOp({
  name: 'rollout',
  wgsl: [wgsl, layers, draw, random].join('\n'),
  bindings: {
    weights: 'read',
    places: 'read',
    angles: 'read',
    tables: 'read',
    cache: 'read_write',
    sequences: 'read_write',
    draws: 'read_write',
  },
  dims: {
    L: 'u32',
    C: 'u32',
    H: 'u32',
    F: 'u32',
    V: 'u32',
    T: 'u32',
    tile: 'u32',
    stepTokens: 'u32',
    actions: 'u32',
    turns: 'u32',
    base: 'u32',
    seed: 'u32',
    temperature: 'f32',
    eps: 'f32',
    scale: 'f32',
  },
  kernels: { play: ['weights', 'places', 'angles', 'tables', 'cache', 'sequences', 'draws'] },
});

/** The policy as the kernel sees it. */
export interface RolloutShape {
  /** Layers, width, heads, hidden width, vocabulary, context. */
  readonly L: number;
  readonly C: number;
  readonly H: number;
  readonly F: number;
  readonly V: number;
  readonly T: number;
  /** Added to the mean square in RMSNorm. */
  readonly eps: number;
}

/** Fields of the WGSL struct `Sequence`, in order; u32 each. */
export const sequenceFields = [
  'stream',
  'automaton',
  'maxTurns',
  'prompt',
  'promptCount',
  'own',
  'state',
  'turn',
  'held',
  'last',
  'reply',
  'draws',
  'over',
] as const;
export type SequenceState = Readonly<Record<(typeof sequenceFields)[number], number>>;

/** Words of a draw: token, log-probability, entropy. */
export const DRAW_WORDS = 3;

/** Quads of workgroup memory, as in the WGSL. */
const MEMORY = 1008;
const MAX_TILE = 8;
/** Most workgroups of a dispatch along x. */
const MAX_GROUPS = 65535;
const MAX_SIZE = 256;

/**
 * Rows that pass the layers together, as many as workgroup memory holds, at most 8; 0 for a policy that the kernel
 * cannot run: C, F no multiples of 4, a head width no multiple of 8 or above 64, or too wide.
 */
export function rolloutTile({ C, H, F, V }: RolloutShape): number {
  const D = C / H;
  if (D % 8 || D > 64 || F % 4) return 0;
  const perRow = (C + Math.max(C, F) + Math.max(3 * C, 2 * F, C + 4 * H)) / 4;
  for (let tile = Math.min(MAX_TILE, Math.floor(MEMORY / perRow)); tile > 0; tile--) {
    const y = (tile * Math.max(C, F)) / 4;
    const z = MEMORY - (tile * C) / 4 - y;
    if (y >= Math.ceil(V / 4) && z >= V) return tile;
  }
  return 0;
}

export interface RolloutTensors {
  /** Parameters, flat. */
  readonly weights: Tensor;
  /** u32 [2 + 6L]: where each matrix starts in `weights`, in quads. */
  readonly places: Tensor;
  /** `ropeTable`: [T, D/2, 2]. */
  readonly angles: Tensor;
  /** u32: actions of steps, transitions, replies, openings; see the WGSL. */
  readonly tables: Tensor;
  /** [*, L, 2, C] keys and values, a row a token. */
  readonly cache: Tensor;
  /** u32 [*, {@link sequenceFields}] */
  readonly sequences: Tensor;
  /** [*, token, logProb, entropy] */
  readonly draws: Tensor;
}

export interface RolloutRange {
  /** Sequences `base` to `base + count`. */
  readonly base: number;
  readonly count: number;
  /** Invocations that share a sequence, at most 256; changes rounding alone. */
  readonly size: number;
}

/**
 * Feeds sequences that draw nothing: computes keys and values of `last` and the list behind it.
 * @throws ShapeError, LabError for sizes that the kernel cannot run.
 */
export function feedSequences(
  recorder: Recorder,
  tensors: RolloutTensors,
  shape: RolloutShape,
  range: RolloutRange,
): void {
  const draws = { stepTokens: 0, actions: 1, turns: 1, seed: 0, temperature: 0 };
  dispatch(recorder, tensors, shape, range, draws);
}

/**
 * Plays up to `turns` turns of the episodes that are not over: feeds the last token and the reply, samples
 * `stepTokens` tokens as {@link sample} does, and takes the step that they spell in the tables.
 * @throws ShapeError, LabError, InputError for sizes, seeds and temperatures that the kernel cannot run.
 */
export function playTurns(
  recorder: Recorder,
  tensors: RolloutTensors,
  shape: RolloutShape,
  range: RolloutRange,
  play: {
    readonly turns: number;
    readonly stepTokens: number;
    readonly actions: number;
    readonly seed: number;
    readonly temperature: number;
  },
): void {
  const { turns, stepTokens, actions, seed, temperature } = play;
  requireDims('rollout.play', { turns, stepTokens, actions });
  requireSampling('rollout.play', seed, temperature);
  dispatch(recorder, tensors, shape, range, play);
}

function dispatch(
  recorder: Recorder,
  tensors: RolloutTensors,
  shape: RolloutShape,
  { base, count, size }: RolloutRange,
  play: Parameters<typeof playTurns>[4],
): void {
  const { L, C, H, F, V, T } = shape;
  requireDims('rollout', { L, C, H, F, V, T });
  requireDims('rollout', { count }, MAX_GROUPS);
  requireDims('rollout', { size }, MAX_SIZE);
  const tile = rolloutTile(shape);
  if (tile === 0)
    throw new LabError(
      `rollout: expected heads 8, 16, … or 64 wide and a row within ${MEMORY * 16} bytes, got C=${C}, H=${H}, F=${F}, V=${V}. ` +
        'Use the batched decoder.',
    );
  const named: Readonly<Record<string, Tensor>> = { ...tensors };
  requireLengths('rollout', named, {
    weights: V * C + C + L * (2 * C + 4 * C * C + 3 * C * F),
    places: 2 + 6 * L,
    angles: T * (C / H),
    tables: V * V,
    cache: 2 * L * C,
    sequences: (base + count) * sequenceFields.length,
    draws: DRAW_WORDS,
  });
  const dims = { ...shape, ...play, tile, base, scale: Math.sqrt(C) };
  const constants = { SIZE: size, QUADS: C / H / 4 };
  recorder.dispatch(rolloutOp, 'play', named, dims, [count, 1, 1], constants);
}
