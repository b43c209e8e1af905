import { describe, expect, it } from 'vitest';
import { defaultRun, presetOptions } from '../actguide/config.ts';
import { searchDefaults } from '../envs/search/index.ts';
import { training } from './item.ts';
import { gateContext } from './testing/gateLab.ts';
import {
  canonical,
  describeUnit,
  environmentOf,
  plainWorld,
  probing,
  unitId,
  unitKey,
  type Probe,
} from './units.ts';

const base = (name: string) => `sha-of-${name}`;
const key = (...args: Parameters<typeof training>) => unitKey(training(...args), base);
const echo: Probe<{ n: number }, number> = {
  name: 'echo',
  version: 1,
  work: 1,
  async *run(_policy, _environment, { n }) {
    yield 1;
    return n;
  },
};

describe('canonical JSON', () => {
  it('sorts keys at every depth and drops what is no data', () => {
    expect(canonical({ b: [1, { d: null, c: 'x' }], a: undefined, f: () => 1 })).toBe(
      '{"b":[1,{"c":"x","d":null}]}',
    );
  });
});

describe('keys', () => {
  it('are the same for the same settings, in whatever order they are written', async () => {
    const run = training(gateContext, 1, { method: 'grpo' });
    const reversed = Object.fromEntries(Object.entries(run.config).reverse()) as typeof run.config;
    expect(await unitKey({ ...run, config: reversed }, base)).toBe(await unitKey(run, base));
    expect(await unitKey(run, base)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('differ by seed, setting, switch, world, start and base policy', async () => {
    const keys = await Promise.all([
      key(gateContext, 1),
      key(gateContext, 2),
      key(gateContext, 1, { steps: 4 }),
      key(gateContext, 1, { options: { level: 1 } }),
      key(gateContext, 1, {}, { world: { name: 'search', options: { maxTurns: 9 } } }),
      key(gateContext, 1, {}, { start: training(gateContext, 1) }),
      unitKey(training(gateContext, 1), () => 'another base'),
      unitKey(probing(echo, { kind: 'base', name: 'gates' }, plainWorld, { n: 1 }), base),
      unitKey(probing(echo, { kind: 'base', name: 'gates' }, plainWorld, { n: 2 }), base),
      unitKey(probing({ ...echo, version: 2 }, { kind: 'base', name: 'gates' }, plainWorld, { n: 1 }), base),
      unitKey(probing(echo, training(gateContext, 1), plainWorld, { n: 1 }), base),
      unitKey(probing(echo, training(gateContext, 1), { name: 'grid', options: {} }, { n: 1 }), base),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('do not change when a new setting is added at its default, or one is spelled out', async () => {
    const run = training(gateContext, 1);
    const extended = { ...run, config: { ...run.config, options: { ...run.config.options } } };
    const spelled = {
      ...run,
      world: { name: 'search', options: { maxTurns: searchDefaults.maxTurns } },
    } as const;
    expect(await unitKey(extended, base)).toBe(await unitKey(run, base));
    expect(await unitKey(spelled, base)).toBe(await unitKey(run, base));
    expect(unitId(run)).not.toContain('clipEps');
  });

  it('rest on these defaults: whoever changes one raises KEY_VERSION, or old runs would pass for new ones', () => {
    expect(defaultRun).toMatchObject({ steps: 64, tasksPerStep: 32, groupSize: 8, minibatches: 4 });
    expect(defaultRun).toMatchObject({ learningRate: 6e-4, warmupUpdates: 20, gradClip: 1, temperature: 1 });
    expect(defaultRun).toMatchObject({ method: 'actguide', policy: 'micro', evalEvery: 8, evalTasks: 64 });
    expect(presetOptions.paper).toMatchObject({
      guide: 'failed',
      level: 'minimal',
      guidedPrompt: 'unguided',
      actionNoise: 0,
      assembly: 'union',
      searchFrom: 1,
      probeFullPlan: true,
      probeSize: 'group',
      probeBudget: null,
      unverified: 'skip',
      guidedRollouts: 'probe',
      successThreshold: 1,
      advantageStd: 'population',
      aggregation: 'token',
      clipEps: 0.2,
      dualClip: 3,
      klCoefficient: 0.001,
      klOnGuided: true,
    });
    expect(searchDefaults).toMatchObject({ staleAliases: 4, oneStaleLeak: false, maxTurns: 16 });
  });
});

it('units describe themselves by what is unusual about them', () => {
  const run = training(gateContext, 4, { options: { level: 0.5 } });
  expect(describeUnit(run)).toBe('actguide micro, level 0.5, 3 steps, seed 4');
  const budget = probing(echo, run, { name: 'search', options: { maxTurns: 2 } }, { n: 1 });
  expect(describeUnit(budget)).toBe('echo of actguide micro, level 0.5, 3 steps, seed 4, maxTurns 2');
  const grid = probing(echo, run, { name: 'grid', options: { deadEnds: true } }, { n: 1 });
  expect(describeUnit(grid)).toBe('echo of actguide micro, level 0.5, 3 steps, seed 4, grid, deadEnds true');
});

it('environmentOf: the world of a spec, with its options', () => {
  expect(environmentOf({ name: 'search', options: { taskSet: 'barred' } }).levels).toHaveLength(3);
  const grid = environmentOf({ name: 'grid', options: { maxTurns: 9 } });
  expect(grid.name).toBe('grid');
  expect(grid.tasks({ seed: 1, count: 1 })[0].maxTurns).toBe(9);
});
