import { expect, it } from 'vitest';
import { testGpu } from '../../test/gpu.ts';
import { Gpu } from './gpu.ts';
import { areTilings, choicesInWords, possibleTilings, usualTilings } from './tilings.ts';
import { fastest, measured, preferRollouts, tune, type Tuning } from './tuning.ts';

const work = { M: 65, C: 8, F: 12, turns: 3, turnMs: 1 };

/** A store that forgets with the test, and what it holds. */
function memory() {
  const kept = new Map<string, unknown>();
  const store = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, tuning: Tuning) => void kept.set(key, tuning),
  };
  return { kept, store };
}

/** The same device, taken for a GPU. */
const asHardware = (gpu: Gpu): Gpu =>
  new Proxy(gpu, {
    get: (target, name) =>
      name === 'adapter' ? { ...target.adapter, software: false } : (Reflect.get(target, name) as unknown),
  });

it('times every tiling that the adapter can run, and leaves tilings and memory as they were', async () => {
  const gpu = await testGpu();
  await measured(gpu, work); // staging buffers are kept for later reads
  const [usual, bytes] = [gpu.recorder.tilings, gpu.allocatedBytes];
  const { tilings, ms } = await measured(gpu, work);
  for (const kind of ['product', 'tn'] as const) {
    expect(Object.keys(ms[kind])).toEqual(possibleTilings(gpu.adapter));
    expect(Math.min(...Object.values(ms[kind]))).toBeGreaterThan(0);
    expect(ms[kind][tilings[kind]]).toBeLessThan(Math.min(...Object.values(ms[kind])) / 0.9);
  }
  expect(gpu.recorder.tilings).toEqual(usual);
  expect(gpu.allocatedBytes).toBe(bytes);
});

it('goes by the table on software, and on a GPU by what is kept, measured once', async () => {
  const gpu = await testGpu();
  const usual = gpu.recorder.tilings;
  const { kept, store } = memory();
  expect(await tune(gpu, store)).toEqual({ tilings: usualTilings(gpu.adapter) });
  expect(kept.size).toBe(0);
  const first = await tune(asHardware(gpu), store, work);
  expect([...kept.values()]).toEqual([first]);
  expect(gpu.adapter.tilings).toEqual(first.tilings);
  const [key] = kept.keys();
  const other = { tilings: { product: 'shared', tn: 'plain' } };
  kept.set(key, other);
  expect(await tune(asHardware(gpu), store, work)).toEqual(other);
  // What no version of ours has written is measured again.
  kept.set(key, { tilings: { product: 'fastest', tn: 'plain' } });
  expect(areTilings((await tune(asHardware(gpu), store, work)).tilings, gpu.adapter)).toBe(true);
  gpu.recorder.tilings = usual;
});

it('keeps how rollouts are faster on a GPU, beside its tilings', async () => {
  const gpu = await testGpu();
  const usual = gpu.recorder.tilings;
  const { kept, store } = memory();
  await preferRollouts(gpu, store, 'fused');
  expect([kept.size, gpu.fusedRollouts]).toEqual([0, false]);
  const hardware = asHardware(gpu);
  const { tilings } = await tune(hardware, store, work);
  await preferRollouts(hardware, store, 'fused');
  expect([...kept.values()]).toMatchObject([{ tilings, rollouts: 'fused' }]);
  await tune(hardware, store, work);
  expect(gpu.adapter).toMatchObject({ tilings, fusedRollouts: true });
  await preferRollouts(hardware, store, 'tree');
  await tune(hardware, store, work);
  expect(gpu.fusedRollouts).toBe(false);
  gpu.recorder.tilings = usual;
});

it('a kernel that the driver refuses is left out, and the device lives on', async () => {
  const gpu = await Gpu.acquire((await testGpu()).api);
  const create = gpu.device.createComputePipeline.bind(gpu.device);
  gpu.device.createComputePipeline = (descriptor) =>
    create(
      descriptor.label?.startsWith('matmulShared')
        ? { ...descriptor, compute: { ...descriptor.compute, entryPoint: 'none' } }
        : descriptor,
    );
  const { tilings, ms } = await measured(gpu, work);
  const others = possibleTilings(gpu.adapter).filter((tiling) => tiling !== 'shared');
  expect(Object.keys(ms.product)).toEqual(others);
  expect(others).toContain(tilings.tn);
  expect(() => gpu.requireAlive()).not.toThrow();
  gpu.destroy();
});

it('a kernel that computes something else is left out', async () => {
  const gpu = await Gpu.acquire((await testGpu()).api);
  const create = gpu.device.createShaderModule.bind(gpu.device);
  gpu.device.createShaderModule = (descriptor) =>
    create(
      descriptor.label === 'matmulShared'
        ? { ...descriptor, code: descriptor.code.replace('k < end; k += DEPTH', 'k < end; k += 2u * DEPTH') }
        : descriptor,
    );
  const { ms } = await measured(gpu, work);
  expect(Object.keys(ms.product)).toContain('shared');
  expect(Object.keys(ms.tn)).not.toContain('shared');
  gpu.destroy();
});

it('the fastest is the one with the least time, if clearly', () => {
  expect(fastest({ plain: 2, shared: 1 }, 'plain')).toBe('shared');
  expect(fastest({ plain: 2, shared: 1 }, 'subgroups')).toBe('shared');
  // Not clearly.
  expect(fastest({ plain: 1, shared: 0.97 }, 'plain')).toBe('plain');
  expect(fastest({}, 'plain')).toBe('plain');
});

it('the table: by barriers and subgroups', () => {
  const of = (software: boolean, subgroupSize: number) => usualTilings({ software, subgroupSize }).product;
  expect([of(true, 8), of(true, 4), of(true, 0), of(false, 32)]).toEqual([
    'subgroups',
    'subgroups',
    'plain',
    'shared',
  ]);
});

it('says in words what the last bits depend on', () => {
  const tilings = { product: 'shared', tn: 'plain' } as const;
  expect(choicesInWords({})).toBe('');
  expect(choicesInWords({ tilings })).toBe('matrix products shared,plain');
  expect(choicesInWords({ tilings: { ...tilings, tn: 'shared' }, fusedRollouts: true })).toBe(
    'matrix products shared, fused rollouts',
  );
});
