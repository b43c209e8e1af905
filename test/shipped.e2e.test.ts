import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dawnGpu } from '../src/cli/dawn.ts';
import { Random } from '../src/core/random.ts';
import { Gpu } from '../src/kernels/gpu.ts';
import { GpuPolicy } from '../src/policy/gpuPolicy.ts';
import { loadOrt } from '../src/policy/onnx/loadOrt.ts';
import { ortModel } from '../src/policy/onnx/ortModel.ts';
import { shipped, shippedBytes } from './shipped.ts';

interface Entry {
  readonly name: string;
  readonly sha256: string;
  readonly skills: Record<'unguided' | 'fullPlan', { readonly levels: readonly number[] }>;
}
const { models } = JSON.parse(readFileSync('public/models/manifest.json', 'utf8')) as { models: Entry[] };
const entries = models.map((entry) => [entry.name, entry] as const);

describe.each(entries)('shipped policy %s', (name, entry) => {
  it('is the file of the manifest', async () => {
    const sha256 = createHash('sha256')
      .update(await shippedBytes(name))
      .digest('hex');
    expect(sha256).toBe(entry.sha256);
  });

  it('gives the same logits on our kernels and on onnxruntime-web: 200 random prompts of all lengths', async () => {
    const { config, parameters } = await shipped(name);
    const random = new Random(11);
    const prompts = Array.from({ length: 200 }, (_, i) =>
      Array.from({ length: 1 + (i % config.context) }, () => random.int(config.vocabulary)),
    );
    const gpu = await Gpu.acquire(await dawnGpu());
    const policy = GpuPolicy.create(gpu, config, parameters);
    const peer = await ortModel(await loadOrt(), await shippedBytes(name));
    const ours = await policy.logits(prompts);
    const theirs = await peer.logits(prompts);
    let worst = 0;
    for (let i = 0; i < ours.length; i++) worst = Math.max(worst, Math.abs(ours[i] - theirs[i]));
    expect(ours).toHaveLength(theirs.length);
    expect(worst).toBeLessThan(1e-3);
    peer.destroy();
    gpu.destroy();
  });
});

it('micro has the skills the lessons need, by its manifest', () => {
  const { skills } = models.find((entry) => entry.name === 'micro') as Entry;
  expect(skills.unguided.levels[0]).toBeGreaterThanOrEqual(0.97);
  for (const level of skills.fullPlan.levels) expect(level).toBeGreaterThanOrEqual(0.97);
  for (const level of skills.unguided.levels.slice(2)) expect(level).toBeLessThanOrEqual(0.02);
});
