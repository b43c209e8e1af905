import { ShapeError } from '../core/errors.ts';
import { gather } from './gather.ts';
import { defineOp, elementwise, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import wgsl from './embedding.wgsl?raw';

export const embedding = defineOp({
  name: 'embedding',
  wgsl,
  bindings: {
    order: 'read',
    starts: 'read',
    dOut: 'read',
    dTable: 'read_write',
  },
  dims: { M: 'u32', V: 'u32', scale: 'f32' },
  kernels: { backward: ['order', 'starts', 'dOut', 'dTable'] },
});

/**
 * Token embedding: out[m] = scale · table[tokens[m]]; zeros for a token beyond V - 1.
 * tokens: u32 [M]; table: [V, C]; out: [M, C].
 * @throws ShapeError when a tensor is too small.
 */
export function embeddingForward(
  recorder: Recorder,
  tensors: { tokens: Tensor; table: Tensor; out: Tensor },
  dims: { M: number; C: number; V: number; scale: number },
): void {
  const { M, C, V, scale } = dims;
  requireDims('embedding.forward', { M, C, V });
  requireLengths('embedding.forward', tensors, { tokens: M, table: V * C, out: M * C });
  gather(recorder, { index: tensors.tokens, x: tensors.table, out: tensors.out }, { M, R: V, C }, scale);
}

/**
 * Gradient of {@link embeddingForward}: dTable[v] += scale · Σ dOut[order[i]], i from starts[v] to
 * starts[v + 1] (accumulates). order: u32 [n] and starts: u32 [V + 1] come from {@link invertTokens};
 * dOut: [n, C]; dTable: [V, C]. n may be 0.
 * @throws ShapeError when a tensor is too small.
 */
export function embeddingBackward(
  recorder: Recorder,
  tensors: { order: Tensor; starts: Tensor; dOut: Tensor; dTable: Tensor },
  dims: { V: number; C: number; n: number; scale: number },
): void {
  const { V, C, n, scale } = dims;
  requireDims('embedding.backward', n === 0 ? { V, C } : { V, C, n });
  requireLengths('embedding.backward', tensors, { order: n, starts: V + 1, dOut: n * C, dTable: V * C });
  const { op, width } = elementwise(embedding, C);
  const uniforms = { M: n, V, scale };
  recorder.dispatch(op, 'backward', tensors, uniforms, grid((V * C) / width), { C: C / width });
}

/**
 * Rows grouped by the token they hold (a stable counting sort): token v is held by the rows
 * order[starts[v]] … order[starts[v + 1] - 1], ascending. tokens: [n] → order: [n], starts: [V + 1].
 * @throws ShapeError for a token outside the vocabulary.
 */
export function invertTokens(tokens: Uint32Array, V: number): { order: Uint32Array; starts: Uint32Array } {
  const starts = new Uint32Array(V + 1);
  tokens.forEach((token, i) => {
    if (token >= V)
      throw new ShapeError(
        `invertTokens: expected tokens below ${V}, got ${token} at row ${i}. Encode with the policy's vocabulary.`,
      );
    starts[token + 1]++;
  });
  for (let v = 0; v < V; v++) starts[v + 1] += starts[v];
  const next = starts.slice(0, V);
  const order = new Uint32Array(tokens.length);
  tokens.forEach((token, i) => (order[next[token]++] = i));
  return { order, starts };
}
