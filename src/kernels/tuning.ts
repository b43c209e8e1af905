import type { Gpu } from './gpu.ts';
import { areTilings, possibleTilings, usualTilings, type Tiling, type Tilings } from './tilings.ts';
import { TunedLayer } from './tunedLayer.ts';

export interface TuningWork {
  /** Rows, and widths of the residual stream and the feed-forward layer, of the products that are timed. */
  readonly M: number;
  readonly C: number;
  readonly F: number;
  /** Turns of which the median counts, and milliseconds that the fastest takes in each at least. */
  readonly turns: number;
  readonly turnMs: number;
}
/** A turn outlasts by far what a submit and its read take in a browser, some milliseconds. */
const usualWork: TuningWork = { M: 1024, C: 128, F: 336, turns: 5, turnMs: 25 };
/** Most runs of a turn. */
const MOST_RUNS = 1024;
/** A tiling takes the place of the table's where it takes less than this share of its time. */
const CLEARLY = 0.95;
/** Relative error that another order of sums explains. */
const ROUNDING = 1e-3;
/** Raise it with every change of the kernels that may change which is fastest. */
const VERSION = 4;

/** Median milliseconds of the timed products in each tiling. */
export type TilingTimes = Readonly<Partial<Record<Tiling, number>>>;

/** Token by token through a prefix tree, or whole episodes in a dispatch. */
export type RolloutWay = 'tree' | 'fused';

export interface Tuning {
  readonly tilings: Tilings;
  /** Absent until {@link preferRollouts} was told. */
  readonly rollouts?: RolloutWay;
  /** What was measured; absent where the table said it all. */
  readonly ms?: Readonly<Record<keyof Tilings, TilingTimes>>;
}

/** Where tunings are kept from one start to the next. What it gives is checked; it may forget. */
export interface TuningStore {
  get(key: string): Promise<unknown>;
  set(key: string, tuning: Tuning): Promise<void>;
}

/**
 * Puts the fastest tilings of products in place: those of the table on a software adapter, and on a GPU what `store` holds
 * of it or, the first time, what {@link measured} finds. The choice is kept, for with it the last bits of a run may change.
 */
export async function tune(gpu: Gpu, store: TuningStore, work = usualWork): Promise<Tuning> {
  const { adapter } = gpu;
  if (adapter.software) return use(gpu, { tilings: usualTilings(adapter) });
  const key = keyOf(gpu);
  const held = (await store.get(key)) as Tuning | undefined;
  if (areTilings(held?.tilings, adapter)) return use(gpu, held);
  const tuning = await measured(gpu, work);
  // Another process may have measured meanwhile: whoever came first is right, so that all runs agree.
  const first = (await store.get(key)) as Tuning | undefined;
  if (areTilings(first?.tilings, adapter)) return use(gpu, first);
  await store.set(key, tuning);
  return use(gpu, tuning);
}

/** Keeps how rollouts are faster on this GPU, from the next start on; on software adapters the tree always is. */
export async function preferRollouts(gpu: Gpu, store: TuningStore, rollouts: RolloutWay): Promise<void> {
  if (gpu.adapter.software) return;
  await store.set(keyOf(gpu), { ...(await tune(gpu, store)), rollouts });
}

function keyOf({ adapter }: Gpu): string {
  const { vendor, architecture, description, subgroupSize } = adapter;
  return JSON.stringify([VERSION, vendor, architecture, description, subgroupSize]);
}

function use(gpu: Gpu, tuning: Tuning): Tuning {
  gpu.recorder.tilings = tuning.tilings;
  gpu.fusedRollouts = tuning.rollouts === 'fused';
  return tuning;
}

/**
 * Times the products of a layer, as training records them, in every tiling that the adapter can run, in turns: the fastest of
 * each kind, and all times. Left out is what the driver refuses, and what does not give the product that the first tiling gives.
 */
export async function measured(
  gpu: Gpu,
  { M, C, F, turns, turnMs } = usualWork,
): Promise<Tuning & { readonly ms: Record<keyof Tilings, TilingTimes> }> {
  const usual = gpu.recorder.tilings;
  const layer = new TunedLayer(gpu, { M, C, F });
  /** Milliseconds of `runs` in one submit. */
  const time = async (kind: keyof Tilings, tiling: Tiling, runs: number): Promise<number> => {
    gpu.recorder.tilings = { ...usual, [kind]: tiling };
    for (let i = 0; i < runs; i++) layer.record(kind);
    const began = performance.now();
    await layer.results(kind, 1);
    return performance.now() - began;
  };
  const timesOf = async (kind: keyof Tilings): Promise<TilingTimes> => {
    const times = new Map<Tiling, number[]>();
    let expected: Float32Array[] | undefined;
    for (const tiling of possibleTilings(gpu.adapter)) {
      const results = await unlessRefused(gpu, async () => {
        await time(kind, tiling, 1);
        const results = await layer.results(kind, Infinity);
        layer.record(kind, true);
        return [...results, ...(await layer.results(kind, Infinity))];
      });
      if (!results) continue;
      expected ??= results;
      if (agree(results, expected)) times.set(tiling, []);
    }
    let runs = 1;
    for (const tiling of times.keys())
      while (runs < MOST_RUNS && (await time(kind, tiling, runs)) < turnMs) runs *= 2;
    for (let turn = 0; turn < turns; turn++)
      for (const [tiling, all] of times) all.push((await time(kind, tiling, runs)) / runs);
    return Object.fromEntries([...times].map(([tiling, all]) => [tiling, median(all)]));
  };
  try {
    const ms = { product: await timesOf('product'), tn: await timesOf('tn') };
    return { tilings: { product: fastest(ms.product, usual.product), tn: fastest(ms.tn, usual.tn) }, ms };
  } finally {
    gpu.recorder.tilings = usual;
    layer.destroy();
  }
}

/** What `run` gives; undefined where the driver refuses a kernel or has no room. Such errors stay here, for there are other kernels. */
async function unlessRefused<T>(gpu: Gpu, run: () => Promise<T>): Promise<T | undefined> {
  const filters = ['internal', 'validation', 'out-of-memory'] as const;
  for (const filter of filters) gpu.device.pushErrorScope(filter);
  let result: T | undefined;
  try {
    result = await run();
  } finally {
    for (const _ of filters) if (await gpu.device.popErrorScope()) result = undefined;
  }
  return result;
}

function agree(actual: readonly Float32Array[], expected: readonly Float32Array[]): boolean {
  return actual.every((values, i) => {
    const scale = expected[i].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return values.every((value, j) => Math.abs(value - expected[i][j]) <= ROUNDING * scale);
  });
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

/** The tiling with the least time; `usual` where none is clearly faster, and where nothing could be timed. */
export function fastest(times: TilingTimes, usual: Tiling): Tiling {
  const least = (best: Tiling, one: Tiling): Tiling =>
    (times[one] ?? Infinity) < (times[best] ?? Infinity) ? one : best;
  const best = (Object.keys(times) as Tiling[]).reduce(least, usual);
  return (times[best] ?? Infinity) < CLEARLY * (times[usual] ?? Infinity) ? best : usual;
}
