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
