import { describe, expect, it } from 'vitest';
import { relativeError, testGpu } from '../../test/gpu.ts';
import { shipped } from '../../test/shipped.ts';
import { searchWorld } from '../envs/search/index.ts';
import { sampleRef } from '../kernels/sample.ref.ts';
import { logitsRef } from '../policy/forward.ref.ts';
import { GpuPolicy } from '../policy/gpuPolicy.ts';
import { initialParameters } from '../policy/parameters.ts';
import { policySizes, type PolicyConfig } from '../policy/types.ts';
import { minimalIntervention } from './algorithm1.ts';
import { Sampler, trainingTasks, type Group, type SamplingCost } from './collect.ts';
import { guidance } from './guidance.ts';
import { rollouts, type Rollout, type RolloutRequest } from './rollout.ts';
import { parseRunConfig } from './runConfig.ts';

/** Closer to a boundary of the CDF than this, rounding may decide the draw. */
const DOUBTFUL = 1e-5;

/** Policy and world of a test, the context cut where asked. */
async function setting(
  name: 'nano' | 'micro',
  context?: number,
): Promise<{ policy: GpuPolicy; config: PolicyConfig; parameters: Float32Array }> {
  const { config: whole, parameters } = await shipped(name);
  const config = { ...whole, context: context ?? whole.context };
  return { policy: GpuPolicy.create(await testGpu(), config, parameters), config, parameters };
}

const world = searchWorld({ maxTurns: 7 });

/** Unguided, guided, and replayed rollouts of tasks of every level, two of each. */
function mixedRequests(): RolloutRequest[] {
  return world.tasks({ seed: 3, count: 6 }).flatMap((task, t) => {
    const prefix = task.plan.slice(0, 1).map((action) => world.silentStep(action));
    const kinds = [
      { task, plan: [] },
      { task, plan: guidance(task, 2) },
      { task, plan: task.plan },
      { task, plan: [], prefix },
      { task, plan: guidance(task, 1), prefix: [[0, 0, 0]] },
    ];
    return kinds.flatMap((kind, k) => [0, 1].map((i) => ({ ...kind, stream: 1000 * t + 10 * k + i })));
  });
}

/** The float64 draws at the sampled positions of a rollout. */
function reference(
  rollout: Rollout,
  stream: number,
  { config, parameters }: { config: PolicyConfig; parameters: Float32Array },
  options: { seed: number; temperature: number },
): ReturnType<typeof sampleRef>[] {
  const V = config.vocabulary;
  const logits = logitsRef(config, parameters, rollout.tokens);
  return [...rollout.sampled.keys()]
    .filter((t) => rollout.sampled[t] === 1)
    .map((t) => sampleRef(logits.subarray((t - 1) * V, t * V), stream, t, options));
}

describe.each(['nano', 'micro'] as const)('fused rollouts of the shipped %s', (name) => {
  it.each([
    [1, undefined],
    [0.6, 46],
    [0, undefined],
  ])('are the plain ones and the float64 ones: temperature %d, context %s', async (temperature, context) => {
    const { policy, ...model } = await setting(name, context);
    const requests = mixedRequests();
    const options = { seed: 5, temperature };
    const fused = await rollouts(policy, world, requests, { ...options, fused: true });
    const plain = await rollouts(policy, world, requests, { ...options, fused: false });
    const got: number[] = [];
    const wanted: number[] = [];
    let clear = 0;
    fused.forEach((rollout, i) => {
      const drawn = reference(rollout, requests[i].stream, model, options);
      if (drawn.some(({ distance }) => distance < DOUBTFUL)) return;
      clear++;
      const at = [...rollout.sampled.keys()].filter((t) => rollout.sampled[t] === 1);
      expect(at.map((t) => rollout.tokens[t])).toEqual(drawn.map(({ token }) => token));
      const { logProb, entropy, ...rest } = rollout;
      const { logProb: plainLogProb, entropy: plainEntropy, ...plainRest } = plain[i];
      expect(rest).toEqual(plainRest);
      got.push(...at.flatMap((t) => [logProb[t], entropy[t], logProb[t], entropy[t]]));
      wanted.push(
        ...at.flatMap((t, j) => [drawn[j].logProb, drawn[j].entropy, plainLogProb[t], plainEntropy[t]]),
      );
    });
    expect(clear).toBeGreaterThan(0.9 * fused.length);
    expect(relativeError(got, wanted)).toBeLessThan(1e-5);
    const ends = new Set(fused.map(({ truncated, reward }) => truncated ?? `reward ${reward}`));
    for (const end of context ? ['context'] : ['turns', 'reward 1', 'reward 0']) expect(ends).toContain(end);
    policy.destroy();
  });
});

describe('fused rollouts', () => {
  it('of an untrained mini, whose rows pass the layers three at a time, draw what float64 does', async () => {
    const config = policySizes.mini;
    const parameters = initialParameters(config, 3).map((x) => 1.5 * x);
    const policy = GpuPolicy.create(await testGpu(), config, parameters);
    const requests = mixedRequests().slice(0, 8);
    const options = { seed: 5, temperature: 1 };
    const fused = await rollouts(policy, world, requests, { ...options, fused: true });
    const drawn = fused.map((rollout, i) =>
      reference(rollout, requests[i].stream, { config, parameters }, options),
    );
    expect(Math.min(...drawn.flat().map(({ distance }) => distance))).toBeGreaterThan(DOUBTFUL);
    fused.forEach(({ tokens, sampled, logProb }, i) => {
      const at = [...sampled.keys()].filter((t) => sampled[t] === 1);
      expect(at.map((t) => tokens[t])).toEqual(drawn[i].map(({ token }) => token));
      const expected = drawn[i].map((draw) => draw.logProb);
      expect(
        relativeError(
          at.map((t) => logProb[t]),
          expected,
        ),
      ).toBeLessThan(1e-5);
    });
    policy.destroy();
  });

  it('do not depend on how they are batched, and are repeated bit for bit', async () => {
    const { policy } = await setting('nano');
    const requests = mixedRequests();
    const options = { seed: 6, temperature: 1, fused: true };
    const whole = await rollouts(policy, world, requests, options);
    expect(await rollouts(policy, world, requests, { ...options, capacity: 7 })).toEqual(whole);
    expect(await rollouts(policy, world, [requests[13]], options)).toEqual([whole[13]]);
    policy.destroy();
  });

  it('carry the search of a whole step: the same groups, levels and bill', async () => {
    const gpu = await testGpu();
    const { policy, config } = await setting('nano');
    const run = parseRunConfig({ policy: config.name, seed: 9, steps: 1, tasksPerStep: 6, groupSize: 4 });
    const collect = async (): Promise<{ groups: Group[]; sampler: Sampler }> => {
      const sampler = new Sampler(policy, world, run, 0);
      return { groups: await minimalIntervention(sampler, trainingTasks(sampler)), sampler };
    };
    const counts = ({ rollouts, environmentSteps }: SamplingCost): number[] => [rollouts, environmentSteps];
    const drawn = (groups: readonly Group[]) =>
      groups.map(({ rollouts, search }) => [search?.k, rollouts.map(({ tokens, k }) => [k, tokens])]);
    const plain = await collect();
    gpu.fusedRollouts = true;
    try {
      const submits = gpu.recorder.submits;
      const fused = await collect();
      expect(drawn(fused.groups)).toEqual(drawn(plain.groups));
      for (const phase of ['collect', 'search'] as const)
        expect(counts(fused.sampler.cost[phase])).toEqual(counts(plain.sampler.cost[phase]));
      expect(plain.groups.some(({ search }) => search?.k)).toBe(true);
      // The unguided groups, and each round of probes of all tasks that failed.
      expect(gpu.recorder.submits - submits).toBeLessThan(20);
    } finally {
      gpu.fusedRollouts = false;
      policy.destroy();
    }
  });

  it('a group rollout takes a handful of submits and gives its memory back with the policy', async () => {
    const gpu = await testGpu();
    const before = gpu.allocatedBytes;
    const { policy } = await setting('nano');
    const submits = gpu.recorder.submits;
    await rollouts(policy, world, mixedRequests(), { seed: 6, temperature: 1, fused: true });
    expect(gpu.recorder.submits - submits).toBeLessThanOrEqual(3);
    policy.destroy();
    // Staging and uniforms stay with the device.
    expect(gpu.allocatedBytes - before).toBeLessThan(2 * 2 ** 20);
  });
});
