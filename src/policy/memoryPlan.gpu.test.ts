import { afterEach, describe, expect, test } from 'vitest';
import { InputError } from '../core/errors.ts';
import { Gpu } from '../kernels/gpu.ts';
import { GpuPolicy } from './gpuPolicy.ts';
import { memoryPlan, passRows, requireMemory } from './memoryPlan.ts';
import { initialParameters } from './parameters.ts';
import { policySizes, type PolicyConfig } from './types.ts';

const config: PolicyConfig = { ...policySizes.nano, context: 64 };
const parameters = initialParameters(config, 1);
const update = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, gradClip: 1 };
/** Sequences that share nothing. */
const distinct = (count: number, length: number) =>
  Array.from({ length: count }, (_, i) => Array.from({ length }, (_, t) => (i + t * 7) % config.vocabulary));

const devices: Gpu[] = [];
async function fresh(budgetBytes?: number): Promise<Gpu> {
  const api = (globalThis as { testGpu?: GPU }).testGpu ?? navigator.gpu;
  const gpu = await Gpu.acquire(api, budgetBytes);
  devices.push(gpu);
  return gpu;
}
afterEach(() => devices.splice(0).forEach((gpu) => gpu.destroy()));

const weightsOf = (sequences: readonly number[][]) => new Float32Array(sequences.flat().length).fill(1);

describe('what was planned is what is taken', () => {
  test.each([
    ['one pass', 20, 60, undefined],
    ['one pass, rows that are no multiple of 64', 7, 33, undefined],
    ['three passes', 30, 50, 640],
  ])('training, %s: to the byte', async (_, count, length, limit) => {
    const gpu = await fresh();
    const policy = GpuPolicy.create(gpu, config, parameters, limit);
    const sequences = distinct(count, length);
    const scores = await policy.forward(sequences);
    await policy.backward(scores.logProb.fill(-0.01), update);
    const plan = memoryPlan(config, { trained: count * length }, limit);
    // In several passes a tree is cut between sequences, so a pass may hold fewer rows than it might.
    if (limit === undefined) expect(gpu.peakBytes).toBe(plan.bytes);
    expect(gpu.peakBytes).toBeLessThanOrEqual(plan.bytes);
    expect(gpu.peakBytes).toBeGreaterThan(0.8 * plan.bytes);
    await policy.supervised(sequences, weightsOf(sequences), update);
    expect(gpu.peakBytes).toBeLessThanOrEqual(plan.bytes);
  });

  test.each([
    ['one pass', 20, 60, undefined],
    ['three passes', 30, 50, 640],
  ])('distillation, %s: to the byte, the teacher counted', async (_, count, length, limit) => {
    const gpu = await fresh();
    const policy = GpuPolicy.create(gpu, config, parameters, limit);
    const sequences = distinct(count, length);
    const teacher = await policy.referenceLogits(sequences);
    await policy.distill(sequences, weightsOf(sequences), teacher, update);
    const work = { trained: count * length, distilled: true };
    const plan = memoryPlan(config, work, limit);
    const without = memoryPlan(config, { ...work, distilled: false }, limit);
    const rows = limit ?? Math.ceil((count * length) / 64) * 64;
    expect(plan.parts.training - without.parts.training).toBe(4 * rows * config.vocabulary);
    if (limit === undefined) expect(gpu.peakBytes).toBe(plan.bytes);
    expect(gpu.peakBytes).toBeLessThanOrEqual(plan.bytes);
    expect(gpu.peakBytes).toBeGreaterThan(0.8 * plan.bytes);
  });

  test('scoring more than is trained at once: to the byte, and in passes of what the budget allows', async () => {
    const gpu = await fresh();
    const policy = GpuPolicy.create(gpu, config, parameters);
    await policy.score(distinct(30, 50));
    expect(gpu.peakBytes).toBe(memoryPlan(config, { trained: 64, scored: 1500 }).bytes);

    const least = memoryPlan(config, { trained: 640, scored: 1500 }, 640);
    const small = await fresh();
    await GpuPolicy.create(small, config, parameters, 640).score(distinct(30, 50));
    expect(small.peakBytes).toBeLessThanOrEqual(least.bytes);
    expect(small.peakBytes).toBeGreaterThan(0.8 * least.bytes);
  });

  test.each([
    [16, 64],
    [48, 40],
  ])(
    'sampling, %i sequences to %i tokens: at most the plan, which is at most twice as much',
    async (sequences, T) => {
      const gpu = await fresh();
      const policy = GpuPolicy.create(gpu, config, parameters);
      const decoder = policy.decoder(sequences);
      const feeds = distinct(sequences, T - 8).map((tokens, sequence) => ({ sequence, tokens }));
      const streams = feeds.map((_, i) => i);
      await decoder.extend(feeds, { count: 8, seed: 1, streams, temperature: 1 });
      const { bytes } = memoryPlan(config, { trained: 0, sampled: { sequences, tokens: sequences * T } });
      expect(gpu.peakBytes).toBeLessThanOrEqual(bytes);
      expect(gpu.peakBytes).toBeGreaterThan(bytes / 2);
      decoder.destroy();
    },
  );
});

describe('what does not fit', () => {
  const least = memoryPlan(config, { trained: config.context }).bytes;

  test('a policy of which not one sequence can be trained is refused before anything is allocated', async () => {
    const gpu = await fresh(least - 1);
    expect(() => GpuPolicy.create(gpu, config, parameters)).toThrow(InputError);
    expect(() => GpuPolicy.create(gpu, config, parameters)).toThrow(
      /^memory: expected at most 1\.\d\d MiB of GPU memory in all \(the budget\), but nano .* needs 1\.\d\d MiB\. It fits from/,
    );
    expect(gpu.peakBytes).toBe(0);
  });

  test('a batch that is too large for the budget is trained in smaller passes, to the same gradient', async () => {
    const sequences = distinct(40, 60);
    const gradients: Float32Array[] = [];
    const whole = memoryPlan(config, { trained: 2400 }).bytes;
    const budget = Math.floor((least + whole) / 2);
    for (const gpu of [await fresh(), await fresh(budget)]) {
      const policy = GpuPolicy.create(gpu, config, parameters);
      await policy.supervised(sequences, weightsOf(sequences), update);
      gradients.push(await policy.lastGradient());
      expect(gpu.peakBytes).toBeLessThanOrEqual(gpu.memory.budgetBytes);
    }
    expect(devices[0].peakBytes).toBeGreaterThan(budget);
    const largest = Math.max(...gradients[0].map(Math.abs));
    gradients[0].forEach((g, i) => expect(Math.abs(g - gradients[1][i])).toBeLessThan(1e-5 * largest));
  });

  test('sampling: the message says how many sequences would fit', () => {
    const limits = { budgetBytes: 8 * 2 ** 20, bufferBytes: Infinity };
    const work = { trained: 0, sampled: { sequences: 512, tokens: 512 * 64 } };
    let said = '';
    try {
      requireMemory(config, work, limits);
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toMatch(
      /512 sequences of 64 tokens sampled at once needs [\d.]+ MiB\. \d+ sequences at once would fit, or [\d.]+ MiB of memory\.$/,
    );
    const sequences = Number(/(\d+) sequences at once would/.exec(said)?.[1]);
    const fitting = { trained: 0, sampled: { sequences, tokens: sequences * 64 } };
    expect(requireMemory(config, fitting, limits).bytes).toBeLessThanOrEqual(limits.budgetBytes);
  });

  test("the adapter's largest buffer counts too", () => {
    const limits = { budgetBytes: Infinity, bufferBytes: 2 ** 20 };
    expect(passRows(config, limits)).toBeLessThan(passRows(config));
    const rows = passRows(config, limits);
    expect(memoryPlan(config, { trained: rows }, rows).largest).toBeLessThanOrEqual(2 ** 20);
    const tight = { budgetBytes: Infinity, bufferBytes: 4096 };
    expect(() => requireMemory(config, { trained: 64 }, tight)).toThrow(
      /buffers of 0\.00391 MiB \(the adapter's limit\)/,
    );
  });
});
