import { afterAll } from 'vitest';
import { Random } from '../src/core/random.ts';
import { GpuPolicy } from '../src/policy/gpuPolicy.ts';
import { initialParameters } from '../src/policy/parameters.ts';
import type { PolicyConfig } from '../src/policy/types.ts';
import { testGpu } from './gpu.ts';

/** Small enough for central differences, with sizes that the tiled products do not take. */
export const tiny: PolicyConfig = {
  name: 'tiny',
  vocabulary: 11,
  width: 8,
  layers: 2,
  heads: 2,
  feedForward: 12,
  context: 12,
};

/** As small, with sizes that go the way of the policies in use: vectors of 4, an even quarter of a head. */
export const even: PolicyConfig = { ...tiny, name: 'even', vocabulary: 12, width: 16, feedForward: 20 };

/** Larger than the usual start, so that attention and gates are far from uniform. */
export const lively = (config: PolicyConfig, seed = 1): Float32Array =>
  initialParameters(config, seed).map((v) => (v === 1 ? 1.1 : v * 3));

/** Random tokens in sequences of these lengths. */
export function sequencesOf(config: PolicyConfig, lengths: readonly number[], seed = 3): number[][] {
  const random = new Random(seed);
  return lengths.map((length) => Array.from({ length }, () => random.int(config.vocabulary)));
}

const made: GpuPolicy[] = [];

/** A policy on the test's device, destroyed after the file's tests. */
export async function policyOf(
  config: PolicyConfig,
  parameters = lively(config),
  rowLimit?: number,
): Promise<GpuPolicy> {
  const policy = GpuPolicy.create(await testGpu(), config, parameters, rowLimit);
  made.push(policy);
  return policy;
}
afterAll(() => made.splice(0).forEach((policy) => policy.destroy()));
