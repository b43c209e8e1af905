import { describe, expect, it } from 'vitest';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { ablations, switchGroups } from './controls/switches.ts';
import {
  changedSwitches,
  checkedRun,
  optionNames,
  problemOf,
  textsOf,
  typed,
  usualText,
  worldNames,
} from './runInput.ts';

describe('settings as text', () => {
  it('make the run that they describe, and come back from it', () => {
    const texts = {
      method: 'sft',
      preset: 'released-code',
      expertSkill: '0.8',
      probeBudget: 'none',
      maxTurns: '8',
    };
    const checked = checkedRun(texts);
    if (!('config' in checked)) throw new Error(checked.problem);
    expect(checked.config).toEqual(
      parseRunConfig({
        method: 'sft',
        preset: 'released-code',
        options: { expertSkill: 0.8, probeBudget: null },
        world: { maxTurns: 8 },
      }),
    );
    expect(textsOf(checked.config)).toMatchObject(texts);
    expect(textsOf(checked.config)).not.toHaveProperty('dualClip');
    expect(changedSwitches(checked.config)).toEqual(['probeBudget none', 'expertSkill 0.8', 'maxTurns 8']);
  });

  it('a run kept before there were worlds is one in the usual world', () => {
    expect(textsOf(parseRunConfig({}))).not.toHaveProperty('taskSet');
  });

  it.each([
    ['true', true],
    [' none ', null],
    ['1e-9', 1e-9],
    ['minimal', 'minimal'],
    ['', ''],
  ])('%j is read as %j', (text, value) => expect(typed(text)).toBe(value));

  it('speaks of the names that the address has', () => {
    expect(problemOf('guidanceLevel', '7')).toMatch(
      /^guidanceLevel: expected a number from 0 to 1 or minimal/,
    );
    expect(problemOf('maxTurns', '0')).toMatch(/^maxTurns: expected an integer from 1 to 33, got 0/);
    expect(problemOf('seed', '1')).toBeUndefined();
  });

  it('refuses a world whose steps the policy cannot write', () => {
    expect(checkedRun({ manners: '2' })).toHaveProperty('config');
    expect(checkedRun({ manners: '2' }, 2)).toHaveProperty('config');
    expect(checkedRun({ manners: '2' }, 0)).toMatchObject({
      problem: expect.stringMatching(
        /^manners: expected 0, as the policy was pretrained with, got 2/,
      ) as string,
    });
  });
});

describe('the switches of the controls', () => {
  const shown = switchGroups.flatMap(({ switches }) => switches);

  it('are all there are, once each', () => {
    expect(shown.map(({ name }) => name).sort()).toEqual([...optionNames, ...worldNames].sort());
  });

  it('offer nothing that the checker refuses, and what both presets say', () => {
    for (const { name, choices } of shown) {
      for (const [value] of choices ?? []) expect(problemOf(name, value), `${name} ${value}`).toBeUndefined();
      for (const preset of ['paper', 'released-code'] as const) {
        const usual = usualText(name, preset);
        if (choices) expect(choices.map(([value]) => value)).toContain(usual);
        expect(problemOf(name, usual)).toBeUndefined();
      }
    }
  });

  it('name the ablations of Table 4', () => {
    const configs = ablations.map(({ switches }) => {
      const checked = checkedRun(switches);
      return 'config' in checked ? checked.config.options : checked.problem;
    });
    expect(configs).toEqual([
      parseRunConfig({ options: { level: 1 } }).options,
      parseRunConfig({ options: { guide: 'always', level: 1 } }).options,
      parseRunConfig({ options: { guidedPrompt: 'guided' } }).options,
    ]);
  });
});
