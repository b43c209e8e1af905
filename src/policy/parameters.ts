import { LabError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import type { PolicyConfig } from './types.ts';

/** One named matrix or vector inside the flat parameter vector. */
export interface ParameterView {
  readonly name: string;
  /** [rows, columns] or [length]. Matrices map rows (in) to columns (out). */
  readonly shape: readonly number[];
  /** First value in the flat vector: a multiple of 64, so that it can be bound on its own. */
  readonly start: number;
  readonly length: number;
}

export interface ParameterLayout {
  readonly views: readonly ParameterView[];
  /** Length of the flat vector, padding included. */
  readonly length: number;
  /** Trainable values, padding excluded. */
  readonly count: number;
}

/**
 * Names, shapes and places of the parameters:
 * `embedding` [V, C] (tied with the output), per layer l `l.norm1` [C], `l.qkv` [C, 3C], `l.out` [C, C],
 * `l.norm2` [C], `l.gateUp` [C, 2F], `l.down` [F, C], and `norm` [C].
 */
export function parameterLayout(config: PolicyConfig): ParameterLayout {
  const { vocabulary: V, width: C, layers, feedForward: F } = config;
  const shapes: [string, number[]][] = [['embedding', [V, C]]];
  for (let l = 0; l < layers; l++)
    shapes.push(
      [`${l}.norm1`, [C]],
      [`${l}.qkv`, [C, 3 * C]],
      [`${l}.out`, [C, C]],
      [`${l}.norm2`, [C]],
      [`${l}.gateUp`, [C, 2 * F]],
      [`${l}.down`, [F, C]],
    );
  shapes.push(['norm', [C]]);
  let start = 0;
  let count = 0;
  const views = shapes.map(([name, shape]) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const placed = { name, shape, start, length };
    start += Math.ceil(length / 64) * 64;
    count += length;
    return placed;
  });
  return { views, length: start, count };
}

/** @throws LabError unless `parameters` has the length of the layout. */
export function requireParameters(config: PolicyConfig, parameters: ArrayLike<number>): void {
  const { length } = parameterLayout(config);
  if (parameters.length !== length)
    throw new LabError(
      `policy ${config.name}: expected ${length} parameters, got ${parameters.length}. Load the matching file.`,
    );
}

/** Fresh parameters: normal, standard deviation 0.02 for the embedding and 0.5/√in for matrices; norms are one. */
export function initialParameters(config: PolicyConfig, seed: number): Float32Array {
  const layout = parameterLayout(config);
  const out = new Float32Array(layout.length);
  layout.views.forEach(({ name, shape, start, length }, index) => {
    const random = new Random(seed).fork(index);
    const deviation = name === 'embedding' ? 0.02 : 0.5 / Math.sqrt(shape[0]);
    for (let i = 0; i < length; i++) out[start + i] = shape.length === 1 ? 1 : random.normal() * deviation;
  });
  return out;
}
