import { normMatmul, swigluMatmul } from './fusedProducts.ts';
import type { Gpu } from './gpu.ts';
import { matmul, matmulPartialLength } from './matmul.ts';
import { part } from './tensor.ts';
import { areTilings, possibleTilings, usualTilings, type Tiling, type Tilings } from './tilings.ts';

export interface TuningWork {
  /** Rows, and widths of the residual stream and the feed-forward layer, of the products that are timed. */
  readonly M: number;
  readonly C: number;
  readonly F: number;
  /** Turns of which the median counts, and milliseconds that each is to take at least. */
  readonly turns: number;
  readonly turnMs: number;
}
const usualWork: TuningWork = { M: 1024, C: 128, F: 336, turns: 5, turnMs: 8 };
/** Raise it with every change of the kernels that may change which is fastest. */
const VERSION = 1;

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

/** Times the products of a layer in every tiling that the adapter can run, in turns: the fastest of each kind, and all times. */
export async function measured(
  gpu: Gpu,
  { M, C, F, turns, turnMs } = usualWork,
): Promise<Tuning & { readonly ms: Record<keyof Tilings, TilingTimes> }> {
  const usual = gpu.recorder.tilings;
  const weights = { M: 2 * F, N: C, K: M };
  const take = (length: number) => gpu.alloc(length, 'tuning');
  const t = {
    x: take(M * C),
    gain: take(C),
    into: take(2 * C * F),
    from: take(F * C),
    wide: take(2 * M * F),
    scratch: take(M * F),
    out: take(M * C),
    partial: take(matmulPartialLength(weights)),
  };
  const kinds: Record<keyof Tilings, () => void> = {
    product() {
      const { x, gain, into, from, wide, scratch, out } = t;
      normMatmul(
        gpu.recorder,
        'nn',
        { x, gain, b: into, out: wide, scratch },
        { M, N: 2 * F, K: C, eps: 1e-5 },
      );
      swigluMatmul(gpu.recorder, { gateUp: wide, b: from, residual: x, out, scratch }, { M, N: C, K: F });
      matmul(gpu.recorder, 'nt', { a: wide, b: into, out }, { M, N: C, K: 2 * F });
    },
    tn: () => matmul(gpu.recorder, 'tn', { a: t.wide, b: t.x, out: t.into, partial: t.partial }, weights),
  };
  /** Milliseconds a run, of `runs` in one submit. */
  const time = async (kind: keyof Tilings, tiling: Tiling, runs: number): Promise<number> => {
    gpu.recorder.tilings = { ...usual, [kind]: tiling };
    for (let i = 0; i < runs; i++) kinds[kind]();
    const began = performance.now();
    await gpu.read(part(t.out, 4), part(t.into, 4));
    return (performance.now() - began) / runs;
  };
  try {
    const entries: [keyof Tilings, TilingTimes][] = [];
    for (const kind of ['product', 'tn'] as const) {
      const times = new Map<Tiling, number[]>();
      let once = Infinity;
      for (const tiling of possibleTilings(gpu.adapter)) {
        if (!(await works(gpu, () => time(kind, tiling, 1)))) continue;
        once = Math.min(once, await time(kind, tiling, 1));
        times.set(tiling, []);
      }
      const runs = Math.min(64, Math.max(1, Math.ceil(turnMs / once)));
      for (let turn = 0; turn < turns; turn++)
        for (const [tiling, all] of times) all.push(await time(kind, tiling, runs));
      entries.push([kind, Object.fromEntries([...times].map(([tiling, all]) => [tiling, median(all)]))]);
    }
    const ms = Object.fromEntries(entries) as Record<keyof Tilings, TilingTimes>;
    return { tilings: { product: fastest(ms.product), tn: fastest(ms.tn) }, ms };
  } finally {
    gpu.recorder.tilings = usual;
    Object.values(t).forEach((tensor) => gpu.free(tensor));
  }
}

/** Runs what compiles a kernel: whether the driver takes it. Errors stay here, for there are other kernels. */
async function works(gpu: Gpu, run: () => Promise<unknown>): Promise<boolean> {
  gpu.device.pushErrorScope('internal');
  gpu.device.pushErrorScope('validation');
  await run();
  const errors = [await gpu.device.popErrorScope(), await gpu.device.popErrorScope()];
  return errors.every((error) => error === null);
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

/** The tiling with the least time; `plain`, which asks least of a driver, where none could be timed. */
export function fastest(times: TilingTimes): Tiling {
  const all = Object.entries(times) as [Tiling, number][];
  return all.reduce((best, one) => (one[1] < best[1] ? one : best), ['plain', Infinity])[0];
}
