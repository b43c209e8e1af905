import { defineOp } from '../kernels/op.ts';
import type { MatmulDims, MatmulLayout } from '../kernels/matmul.ts';
import type { Recorder } from '../kernels/recorder.ts';
import { sumChunks } from '../kernels/sumChunks.ts';
import type { Tensor } from '../kernels/tensor.ts';
import directWgsl from './kernels/direct.wgsl?raw';
import sharedWgsl from './kernels/shared.wgsl?raw';
import shuffledWgsl from './kernels/shuffled.wgsl?raw';

const bindings = { a: 'read', b: 'read', out: 'read_write' } as const;
const used = ['a', 'b', 'out'] as const;

export interface ProductTensors {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly out: Tensor;
  /** Slices of the inner dimension: {@link partialLength} values. */
  readonly partial: Tensor;
}

/** A hand-written product that ours is compared with. It takes M, N and K that are multiples of 4. */
export interface Candidate {
  readonly name: string;
  record(recorder: Recorder, layout: MatmulLayout, tensors: ProductTensors, size: MatmulDims): void;
}

/** Slices of the inner dimension of `tn`, which has few outputs and a long K. */
const slices = (K: number): number => Math.min(64, Math.ceil(K / 256));

/** Values of scratch that the candidates need for a product of this shape. */
export const partialLength = ({ M, N, K }: MatmulDims): number => slices(K) * M * N;

/** Records `main` into slices where the layout is `tn`, and their sum. */
function inSlices(
  recorder: Recorder,
  layout: MatmulLayout,
  { out, partial }: ProductTensors,
  { M, N, K }: MatmulDims,
  main: (target: Tensor, chunk: number, chunks: number) => void,
): void {
  const chunks = layout === 'tn' ? slices(K) : 1;
  main(chunks > 1 ? partial : out, Math.ceil(K / chunks), chunks);
  if (chunks > 1) sumChunks(recorder, { partial, out }, { n: M * N, chunks }, false);
}

function inRegisters(kind: 'direct' | 'shuffled', rows: number, width: number): Candidate {
  const constants = `const ROWS = ${rows}u;\nconst WIDTH = ${width}u;\n`;
  const name = `${kind} ${rows}x4, ${width} threads`;
  const op = defineOp({
    name,
    wgsl: kind === 'direct' ? constants + directWgsl : `enable subgroups;\n${constants}${shuffledWgsl}`,
    bindings,
    dims: { M: 'u32', N: 'u32', K: 'u32', chunk: 'u32' },
    kernels: { nn: used, nt: used, tn: used },
  });
  return {
    name,
    record(recorder, layout, tensors, size) {
      const { M, N, K } = size;
      inSlices(recorder, layout, tensors, size, (out, chunk, chunks) =>
        recorder.dispatch(op, layout, { ...tensors, out }, { M, N, K, chunk }, [
          Math.ceil(M / rows),
          Math.ceil(N / 4 / width),
          chunks,
        ]),
      );
    },
  };
}

const sharedOp = defineOp({
  name: 'shared',
  wgsl: sharedWgsl,
  bindings,
  dims: {
    M: 'u32',
    N: 'u32',
    K: 'u32',
    chunk: 'u32',
    aRow: 'u32',
    aInner: 'u32',
    bInner: 'u32',
    bColumn: 'u32',
  },
  kernels: { product: used },
});

const shared: Candidate = {
  name: 'workgroup memory 64x64',
  record(recorder, layout, tensors, size) {
    const { M, N, K } = size;
    const strides = {
      aRow: layout === 'tn' ? 1 : K,
      aInner: layout === 'tn' ? M : 1,
      bInner: layout === 'nt' ? 1 : N,
      bColumn: layout === 'nt' ? K : 1,
    };
    inSlices(recorder, layout, tensors, size, (out, chunk, chunks) =>
      recorder.dispatch(sharedOp, 'product', { ...tensors, out }, { M, N, K, chunk, ...strides }, [
        Math.ceil(M / 64),
        Math.ceil(N / 64),
        chunks,
      ]),
    );
  },
};

/** The products to try on an adapter with subgroups of at least `subgroupSize` lanes (0: none). */
export const candidates = (subgroupSize: number): Candidate[] => [
  ...[8, 16, 24, 32].flatMap((rows) => [16, 64].map((width) => inRegisters('direct', rows, width))),
  ...(subgroupSize >= 8
    ? [8, 16, 24, 32].flatMap((rows) => [16, 32].map((width) => inRegisters('shuffled', rows, width)))
    : []),
  shared,
];
