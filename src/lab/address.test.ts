import { describe, expect, it } from 'vitest';
import { controlNames, formatAddress, parseAddress } from './address.ts';

describe('an address', () => {
  it('opens the first lesson when it says nothing', () => {
    const { address, notices } = parseAddress('');
    expect(address).toMatchObject({ page: 'lesson', lesson: 'policy', settings: {}, lock: [], hide: [] });
    expect(notices).toEqual([]);
  });

  it('reopens settings, view and task: what was formatted parses to the same', () => {
    const search =
      '?view=lab&method=grpo&seed=3&steps=16&level=5&task=2&theme=dark&lock=method,start&hide=files';
    const { address, notices } = parseAddress(search);
    expect(notices).toEqual([]);
    expect(address).toMatchObject({
      page: 'lab',
      settings: { method: 'grpo', seed: '3', steps: '16' },
      level: 4,
      task: 1,
      theme: 'dark',
      lock: ['method', 'start'],
      hide: ['files'],
    });
    expect(formatAddress(address)).toBe(search);
    expect(parseAddress(formatAddress(address)).address).toEqual(address);
  });

  it('holds the switches of algorithm and world, shortest against the preset', () => {
    const search =
      '?view=lab&preset=released-code&guidanceLevel=0.5&dualClip=none&klOnGuided=false&taskSet=walk&deadEnds=true' +
      '&lock=guide,taskSet,switches';
    const { address, notices } = parseAddress(search);
    expect(notices).toEqual([]);
    expect(address.settings).toEqual({
      preset: 'released-code',
      guidanceLevel: '0.5',
      dualClip: 'none',
      klOnGuided: 'false',
      taskSet: 'walk',
      deadEnds: 'true',
    });
    expect(formatAddress(address)).toBe(search);
    const usual = parseAddress('?preset=released-code&assembly=replace&maxTurns=16').address;
    expect(formatAddress(usual)).toBe('?view=lab&preset=released-code');
  });

  it('leaves out what is the default', () => {
    const { address } = parseAddress('?method=actguide&steps=64');
    expect(address.page).toBe('lab');
    expect(formatAddress(address)).toBe('?view=lab');
  });

  it('shows one panel, and locks everything', () => {
    const { address } = parseAddress('?embed=barrier&lock=all');
    expect(address).toMatchObject({ page: 'lab', embed: 'barrier' });
    expect(address.lock).toEqual(controlNames);
    expect(formatAddress(address)).toBe('?embed=barrier&lock=all');
  });

  it.each([
    [
      '?groupSize=1000000000',
      'groupSize: expected an integer from 2 to 64, got 1000000000. 8 is used instead.',
    ],
    ['?steps=-1', 'steps: expected an integer from 1 to 10000, got -1. 64 is used instead.'],
    [
      '?learningRate=NaN',
      'learningRate: expected a number above 0, at most 1, got NaN. 0.0006 is used instead.',
    ],
    [
      '?guidanceLevel=2',
      'guidanceLevel: expected a number from 0 to 1 or minimal, got 2. minimal is used instead.',
    ],
    ['?preset=released-code&assembly=all', 'expected union or replace, got all. replace is used instead.'],
    ['?dualClip=0', 'dualClip: expected a number above 1, at most 100, or none, got 0. 3 is used instead.'],
    [
      '?taskSet=hard',
      'taskSet: expected training, general, walk, deep or barred, got hard. training is used',
    ],
    ['?deadEnds=maybe', 'deadEnds: expected true or false, got maybe. false is used instead.'],
    [
      '?maxTurns=32&manners=4',
      '32 turns, 4 manners and action noise 0. Lower one of them. The usual ones are used instead.',
    ],
    ['?method=__proto__', 'method: expected'],
    ['?__proto__=1', 'The link has “__proto__”, which the lab does not know. It was left out.'],
    ['?constructor=x', 'The link has “constructor”'],
    ['?lesson=%3Cscript%3Ealert(1)%3C/script%3E', 'lesson: expected policy, barrier'],
    [
      '?view=admin',
      'view: expected lesson, lab, twin, reproduce, benchmark, runs, got “admin”. It was left out.',
    ],
    ['?level=6', 'level: expected an integer from 1 to 5, got “6”. It was left out.'],
    ['?task=1e3', 'task: expected an integer from 1 to 12, got “1e3”. It was left out.'],
    ['?lock=seed,door', 'got “door”. It was left out.'],
    ['?seed=1&seed=2', '“seed” is in the link twice; the first was used.'],
    [`?seed=${'9'.repeat(3000)}`, 'longer than 2000 characters'],
  ])('names what it cannot use: %s', (search, notice) => {
    const { address, notices } = parseAddress(search);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(notice);
    expect(parseAddress(formatAddress(address)).notices).toEqual([]);
  });

  it('shows no more of a hostile link than a line', () => {
    const { notices } = parseAddress(`?view=${'<img src=x onerror=alert(1)>'.repeat(20)}`);
    expect(notices[0].length).toBeLessThan(140);
  });

  it('leads to an item of the paper, and shows its figure alone', () => {
    const { address, notices } = parseAddress('?view=reproduce&item=fig5');
    expect(notices).toEqual([]);
    expect(address).toMatchObject({ page: 'reproduce', item: 'fig5' });
    expect(formatAddress(address)).toBe('?view=reproduce&item=fig5');
    expect(parseAddress('?item=table4').address).toMatchObject({ page: 'reproduce', item: 'table4' });
    expect(parseAddress('?view=reproduce').address.item).toBeUndefined();
    const { address: alone } = parseAddress('?embed=figure&item=fig7');
    expect(alone).toMatchObject({ page: 'reproduce', item: 'fig7', embed: 'figure' });
    expect(formatAddress(alone)).toBe('?embed=figure&item=fig7');
    const { address: unknown, notices: told } = parseAddress('?view=reproduce&item=fig99');
    expect(unknown).toMatchObject({ page: 'reproduce', item: undefined });
    expect(told[0]).toMatch(/^item: expected fig3, .*, got “fig99”. It was left out\.$/);
  });
});
