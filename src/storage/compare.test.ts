import { expect, it } from 'vitest';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { differences } from './compare.ts';

it('lists only the settings that differ, algorithm switches too', () => {
  const a = parseRunConfig({ seed: 1 });
  const b = parseRunConfig({ seed: 2, options: { dualClip: null } });
  expect(differences([a, b])).toEqual([
    { setting: 'seed', values: ['1', '2'] },
    { setting: 'dualClip', values: ['3', 'none'] },
  ]);
  expect(differences([a, a])).toEqual([]);
  expect(differences([])).toEqual([]);
});
