import { describe, expect, it } from 'vitest';
import { InputError } from '../core/errors.ts';
import { defaultRun, presetOptions } from './config.ts';
import { parseRunConfig } from './runConfig.ts';

describe('parseRunConfig', () => {
  it('fills in defaults and the preset', () => {
    expect(parseRunConfig({})).toEqual({ ...defaultRun, options: presetOptions.paper });
    expect(parseRunConfig({ preset: 'released-code', seed: 3 })).toEqual({
      ...defaultRun,
      preset: 'released-code',
      seed: 3,
      options: presetOptions['released-code'],
    });
  });

  it('takes single options over the preset, and null where null means none', () => {
    const { options } = parseRunConfig({
      preset: 'released-code',
      options: { probeBudget: null, probeSize: 'group' },
    });
    expect(options).toEqual({ ...presetOptions['released-code'], probeBudget: null, probeSize: 'group' });
    expect(parseRunConfig({ options: { dualClip: 3, probeSize: 2 } }).options).toMatchObject({
      dualClip: 3,
      probeSize: 2,
    });
  });

  it('keeps of the world what differs from the usual one', () => {
    expect(parseRunConfig({ world: { deadEnds: true, maxTurns: 16 } }).world).toEqual({ deadEnds: true });
    expect(parseRunConfig({ world: { taskSet: 'training' } })).not.toHaveProperty('world');
  });

  it('undefined counts as left out', () => {
    expect(parseRunConfig({ seed: undefined, options: { clipEps: undefined } })).toEqual(parseRunConfig({}));
  });

  it('a parsed config parses to itself', () => {
    const config = parseRunConfig({ preset: 'released-code', options: { assembly: 'union' } });
    expect(parseRunConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it.each([
    [{ preset: 'foo' }, 'preset: expected paper or released-code, got foo.'],
    [{ method: 'ppo' }, 'method: expected actguide, grpo, sft or opsd, got ppo.'],
    [{ policy: 'huge' }, 'policy: expected nano, micro, mini or small, got huge.'],
    [{ groupSize: 0 }, 'groupSize: expected an integer from 2 to 64, got 0.'],
    [{ seed: 'abc' }, 'seed: expected an integer from 0 to 4294967295, got abc.'],
    [{ seed: '12' }, 'seed: expected an integer from 0 to 4294967295, got the text "12".'],
    [{ seed: -1 }, 'seed: expected an integer from 0 to 4294967295, got -1.'],
    [{ seed: NaN }, 'seed: expected an integer from 0 to 4294967295, got NaN.'],
    [{ steps: 2.5 }, 'steps: expected an integer from 1 to 10000, got 2.5.'],
    [{ steps: null }, 'steps: expected an integer from 1 to 10000, got null.'],
    [{ learningRate: 0 }, 'learningRate: expected a number above 0, at most 1, got 0.'],
    [{ temperature: Infinity }, 'temperature: expected a number from 0.001 to 5, got Infinity.'],
    [{ temperature: 1e-4 }, 'temperature: expected a number from 0.001 to 5, got 0.0001.'],
    [{ options: { searchFrom: 2 } }, 'options.searchFrom: expected 0 or 1, got 2.'],
    [{ options: { klOnGuided: 'yes' } }, 'options.klOnGuided: expected true or false, got yes.'],
    [
      { options: { probeSize: 'all' } },
      'options.probeSize: expected an integer from 1 to 64 or group, got all.',
    ],
    [{ options: { probeSize: 0 } }, 'options.probeSize: expected an integer from 1 to 64 or group, got 0.'],
    [
      { options: { dualClip: 0.5 } },
      'options.dualClip: expected a number above 1, at most 100, or none (null), got 0.5.',
    ],
    [{ options: { guide: 'sometimes' } }, 'options.guide: expected failed or always, got sometimes.'],
    [{ options: { level: 1.5 } }, 'options.level: expected a number from 0 to 1 or minimal, got 1.5.'],
    [{ options: { level: 'full' } }, 'options.level: expected a number from 0 to 1 or minimal, got full.'],
    [{ options: { guidedPrompt: 'both' } }, 'options.guidedPrompt: expected unguided or guided, got both.'],
    [{ options: { actionNoise: 1 } }, 'options.actionNoise: expected a number from 0 to 0.9, got 1.'],
    [
      { world: { taskSet: 'hard' } },
      'world.taskSet: expected training, general, walk, deep or barred, got hard.',
    ],
    [{ world: { maxTurns: 34 } }, 'world.maxTurns: expected an integer from 1 to 33, got 34.'],
    [
      { world: { maxTurns: 32 }, options: { actionNoise: 0.9 } },
      'world.maxTurns: expected episodes of up to 384 tokens, the context of micro, got 513 with 32 turns',
    ],
    [{ world: { manners: 4, maxTurns: 30 } }, '30 turns, 4 manners and action noise 0. Lower one of them.'],
    [{ world: { slips: 1 } }, 'world: expected known settings, got slips. Known are taskSet,'],
    [{ options: 'paper' }, 'options: expected an object of settings, got paper.'],
    [{ options: { clip: 0.2 } }, 'options: expected known settings, got clip. Known are guide, level,'],
    [
      { stepss: 3 },
      'runConfig: expected known settings, got stepss. Known are method, policy, preset, seed,',
    ],
    [[], 'runConfig: expected an object of settings, got a list.'],
    [null, 'runConfig: expected an object of settings, got null.'],
    ['{}', 'runConfig: expected an object of settings, got {}.'],
  ])('refuses %j', (input, message) => {
    expect(() => parseRunConfig(input)).toThrow(InputError);
    expect(() => parseRunConfig(input)).toThrow(message);
  });

  it('counts a demonstration that is longer than the reference plans into the longest episode', () => {
    const run = (actions: number, actionNoise = 0) => ({
      world: { maxTurns: 33 },
      options: { actionNoise },
      demonstrations: [
        {
          task: 'search-5-4-3',
          actions: Array(actions).fill({ tool: 'search', argument: 'market' }),
          source: 'own',
          reward: 1,
        },
      ],
    });
    expect(parseRunConfig(run(10)).demonstrations?.[0].actions).toHaveLength(10);
    expect(() => parseRunConfig(run(11))).toThrow(
      'world.maxTurns: expected episodes of up to 384 tokens, the context of micro, got 386 with 33 turns, 0 manners and ' +
        'action noise 0 under a demonstration of 11 actions. Lower one of them.',
    );
    expect(() => parseRunConfig(run(10, 0.1))).toThrow('got 388');
  });

  it('refuses keys of the prototype', () => {
    for (const text of [
      '{"__proto__": {"seed": 1}}',
      '{"constructor": 1}',
      '{"toString": 1}',
      '{"options": {"__proto__": {}}}',
    ])
      expect(() => parseRunConfig(JSON.parse(text))).toThrow('expected known settings, got');
    const inherited: unknown = Object.create({ seed: 5 });
    expect(() => parseRunConfig(inherited)).toThrow('expected an object of settings');
    expect(parseRunConfig(Object.assign(Object.create(null), { seed: 5 })).seed).toBe(5);
  });
});
