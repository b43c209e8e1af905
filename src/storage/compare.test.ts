import { expect, it } from 'vitest';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { differences } from './compare.ts';

it('lists only the settings that differ, switches of the algorithm and of the world too', () => {
  const a = parseRunConfig({ seed: 1 });
  const b = parseRunConfig({ seed: 2, options: { dualClip: null }, world: { deadEnds: true } });
  expect(differences([a, b])).toEqual([
    { setting: 'seed', values: ['1', '2'] },
    { setting: 'dualClip', values: ['3', 'none'] },
    { setting: 'deadEnds', values: ['false', 'true'] },
  ]);
  expect(differences([a, a])).toEqual([]);
  expect(differences([])).toEqual([]);
});

it('tells demonstrations apart by their number and what they are', () => {
  const line = (argument: string) => ({ task: 'search-1-0-0', actions: [{ tool: 'answer', argument }] });
  const [a, b] = ['Ada', 'Bo'].map((name) => parseRunConfig({ demonstrations: [line(name)] }));
  const [{ setting, values }, ...more] = differences([a, b, parseRunConfig({})]);
  expect(more).toEqual([]);
  expect(setting).toBe('demonstrations');
  expect(values.map((value) => value.slice(0, 2))).toEqual(['1,', '1,', '–']);
  expect(values[0]).not.toBe(values[1]);
  expect(differences([a, a])).toEqual([]);
});
