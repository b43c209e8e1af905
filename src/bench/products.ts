import { Random } from '../core/random.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { matmul, matmulPartialLength, type MatmulDims, type MatmulLayout } from '../kernels/matmul.ts';
import { part, type Tensor } from '../kernels/tensor.ts';
import { candidates, partialLength, type ProductTensors } from './candidates.ts';
import { benchPolicy } from './data.ts';
import { interleave, time } from './measure.ts';
import { WARMING, watched, type BenchRecord, type BenchSettings } from './record.ts';
import { benchWork } from './sizes.ts';

/** A product of the training step: what it computes, and its shape. */
export interface Product extends MatmulDims {
  readonly name: string;
  readonly layout: MatmulLayout;
}

/** Every product of a training step over `M` rows of {@link benchPolicy}, one of each kind. */
export function trainingProducts(M: number): Product[] {
  const { width: C, feedForward: F, vocabulary: V } = benchPolicy;
  const linear = (name: string, K: number, N: number): Product[] => [
    { name: `${name}`, layout: 'nn', M, N, K },
    { name: `d ${name} input`, layout: 'nt', M, N: K, K: N },
    { name: `d ${name} weight`, layout: 'tn', M: K, N, K: M },
  ];
  return [
    ...linear('qkv', C, 3 * C),
    ...linear('out', C, C),
    ...linear('gateUp', C, 2 * F),
    ...linear('down', F, C),
    { name: 'logits', layout: 'nt', M, N: V, K: C },
    { name: 'd logits input', layout: 'nn', M, N: C, K: V },
    { name: 'd logits weight', layout: 'tn', M: V, N: C, K: M },
  ];
}

const random = (gpu: Gpu, length: number, seed: number): Tensor => {
  const stream = new Random(seed);
  return gpu.upload(Float32Array.from({ length }, () => 2 * stream.next() - 1));
};

/** Milliseconds a run of `record`, so often in one submit that the wait for it counts little. */
export async function perRun(gpu: Gpu, out: Tensor, runs: number, record: () => void): Promise<number> {
  for (let i = 0; i < runs; i++) record();
  return (await time(() => gpu.read(part(out, 1)))) / runs;
}

/**
 * Rates of our products at the shapes of the training step, each against the best of the hand-written candidates
 * (which are checked to give the same product).
 */
export async function* productRates(gpu: Gpu, settings: BenchSettings): AsyncGenerator<BenchRecord> {
  const rows = benchPolicy.context * benchWork[settings.size].products;
  for (const product of trainingProducts(rows)) yield* rateOf(gpu, product, settings);
}

async function* rateOf(gpu: Gpu, product: Product, settings: BenchSettings): AsyncGenerator<BenchRecord> {
  const { turns, seed } = settings;
  const { name, layout, M, N, K } = product;
  const tensors: ProductTensors = {
    a: random(gpu, M * K, seed),
    b: random(gpu, K * N, seed + 1),
    out: gpu.alloc(M * N),
    partial: gpu.alloc(Math.max(partialLength(product), matmulPartialLength(product))),
  };
  const recordOurs = (): void => matmul(gpu.recorder, layout, tensors, product);
  recordOurs();
  const [expected] = await gpu.read(tensors.out);
  // As many a submit as take some 20 ms.
  const once = await perRun(gpu, tensors.out, 1, recordOurs);
  const runs = Math.max(1, Math.min(64, Math.round(20 / once)));

  const rated: { name: string; ms: number; record: () => void }[] = [];
  for (const candidate of candidates(gpu.adapter.subgroupSize)) {
    watched(settings, `${name}, candidates`)(WARMING);
    const record = (): void => candidate.record(gpu.recorder, layout, tensors, product);
    record();
    const [actual] = await gpu.read(tensors.out);
    const wrong = actual.findIndex((value, i) => Math.abs(value - expected[i]) > 1e-5 * K + 1e-4);
    if (wrong >= 0) throw new Error(`${candidate.name}: wrong product ${name} at ${wrong}`);
    const times: number[] = [];
    for (let i = 0; i < 3; i++) times.push(await perRun(gpu, tensors.out, runs, record));
    rated.push({ name: candidate.name, ms: Math.min(...times), record });
  }
  const best = rated.reduce((a, b) => (b.ms < a.ms ? b : a));
  const [own, other] = await interleave(
    [recordOurs, best.record].map((record) => ({ run: () => perRun(gpu, tensors.out, runs, record) })),
    turns,
    watched(settings, name),
  );
  const of = (contender: string, timing: typeof own): BenchRecord => {
    const [medianMs, lowMs, highMs] = [timing.medianMs, timing.lowMs, timing.highMs].map((ms) => ms / runs);
    const at = { product: name, layout, M, N, K };
    const gflops = (2 * M * N * K) / medianMs / 1e6;
    return { suite: 'products', contender, backend: 'WebGPU', at, medianMs, lowMs, highMs, turns, gflops };
  };
  yield of('ActGuide Lab', own);
  yield of(`best candidate: ${best.name}`, other);
  Object.values(tensors).forEach((tensor: Tensor) => gpu.free(tensor));
}
