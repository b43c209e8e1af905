import { afterAll, expect, test } from 'vitest';
import { initialParameters } from '../policy/parameters.ts';
import type { PolicyConfig } from '../policy/types.ts';
import type { Contender } from './contender.ts';
import { benchPolicy, benchUpdate, distinctSequences } from './data.ts';
import { ours } from './ours.ts';
import { lendNavigator, peerNames, startPeer } from './peers/index.ts';

const config: PolicyConfig = {
  ...benchPolicy,
  vocabulary: 16,
  width: 16,
  heads: 2,
  feedForward: 32,
  context: 12,
};
const parameters = initialParameters(config, 3);
const batches = [1, 2, 3, 4].map((seed) => ({ sequences: distinctSequences(4, 12, 16, seed) }));
/** Large enough that a wrong update shows in the next loss. */
const update = { ...benchUpdate, learningRate: 0.01, gradClip: 0.5, weightDecay: 0.1 };

const api = (globalThis as { testGpu?: GPU }).testGpu ?? navigator.gpu;
lendNavigator(api);
const own = await ours(api);
afterAll(() => own.destroy());

async function losses(contender: Contender): Promise<number[]> {
  const trainer = await contender.trainer(config, parameters, update);
  const out: number[] = [];
  for (const batch of batches) out.push(await trainer.step(batch));
  trainer.dispose();
  return out;
}
const expected = await losses(own);

test('the loss of fresh weights is that of guessing, and training changes it', () => {
  expect(expected[0]).toBeCloseTo(Math.log(16), 1);
  expect(Math.abs(expected[3] - expected[0])).toBeGreaterThan(0.01);
});

const wasmPath =
  typeof window === 'undefined' ? undefined : '/node_modules/@tensorflow/tfjs-backend-wasm/dist/';
test.each(peerNames)('%s: the same losses over four updates', async (name) => {
  const peer = await startPeer(name, wasmPath);
  if ('absent' in peer) throw new Error(peer.absent);
  const actual = await losses(peer);
  actual.forEach((loss, i) => expect(Math.abs(loss - expected[i])).toBeLessThan(1e-4));
});

test.each(peerNames)('%s: samples tokens of the vocabulary, differing between seeds', async (name) => {
  const peer = await startPeer(name, wasmPath);
  if ('absent' in peer) throw new Error(peer.absent);
  const sampler = await peer.sampler(config, parameters);
  const prompts = distinctSequences(8, 4, 16, 5);
  const [a, b] = [await sampler.sample(prompts, 6, 1), await sampler.sample(prompts, 6, 2)];
  sampler.dispose();
  expect(a).toHaveLength(48);
  expect(Array.from(a).every((token) => Number.isInteger(token) && token >= 0 && token < 16)).toBe(true);
  expect(Array.from(a)).not.toEqual(Array.from(b));
});
