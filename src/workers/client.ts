import * as Comlink from 'comlink';
import type { BenchmarkApi, BenchmarkListener } from './benchmarkProtocol.ts';
import type { OrtProbeApi, TrainerApi, TrainerListener } from './protocol.ts';
import { RemoteWorker } from './remote.ts';
import type { ReproductionApi, ReproductionListener } from './reproduceProtocol.ts';

/** Where the shipped policies are: beside the page, whatever path it is served from. */
export const modelsUrl = (): string => new URL('models/', document.baseURI).href;

/** Starts the trainer's worker; `listener` gets its events, at most one batch a frame. */
export async function startTrainer(listener: TrainerListener): Promise<RemoteWorker<TrainerApi>> {
  const worker = new Worker(new URL('./trainer.worker.ts', import.meta.url), {
    type: 'module',
    name: 'trainer',
  });
  const trainer = new RemoteWorker<TrainerApi>(worker, 'trainer');
  await trainer.call((remote) => remote.connect(Comlink.proxy(listener)));
  return trainer;
}

/** Starts the worker that probes the shipped policy without WebGPU. */
export async function startProbe(onProgress: (fraction: number) => void): Promise<RemoteWorker<OrtProbeApi>> {
  const worker = new Worker(new URL('./probe.worker.ts', import.meta.url), { type: 'module', name: 'probe' });
  const probe = new RemoteWorker<OrtProbeApi>(worker, 'probe');
  await probe.call((remote) => remote.connect(Comlink.proxy(onProgress)));
  return probe;
}

/** Starts the worker that makes items of the paper again; `listener` gets its events, at most one batch a frame. */
export async function startReproduction(
  listener: ReproductionListener,
): Promise<RemoteWorker<ReproductionApi>> {
  const worker = new Worker(new URL('./reproduce.worker.ts', import.meta.url), {
    type: 'module',
    name: 'reproduce',
  });
  const reproduction = new RemoteWorker<ReproductionApi>(worker, 'reproduce');
  await reproduction.call((remote) => remote.connect(Comlink.proxy(listener)));
  return reproduction;
}

/** Starts the worker that measures our kernels; `listener` gets its events, at most one batch a frame. */
export async function startBenchmark(listener: BenchmarkListener): Promise<RemoteWorker<BenchmarkApi>> {
  const worker = new Worker(new URL('./benchmark.worker.ts', import.meta.url), {
    type: 'module',
    name: 'benchmark',
  });
  const benchmark = new RemoteWorker<BenchmarkApi>(worker, 'benchmark');
  await benchmark.call((remote) => remote.connect(Comlink.proxy(listener)));
  return benchmark;
}

/** A function of the page's that a worker may call while a call of its own lasts. */
export const callback = <Arguments extends unknown[]>(call: (...given: Arguments) => void) =>
  Comlink.proxy(call);
