import { expect, it } from 'vitest';
import { StepProgress } from './stepProgress.ts';

it('names the phases of a step from how many rollouts are asked for', () => {
  const seen: string[] = [];
  const progress = new StepProgress((phase, done, total) => seen.push(`${phase} ${done}/${total}`));
  for (const [done, total] of [
    [0, 8],
    [5, 8],
    [6, 12],
    [9, 12],
    [12, 12],
  ] as const)
    progress.report(done, total);
  expect(seen).toEqual(['rollout 0/8', 'rollout 5/8', 'search 6/12', 'search 9/12', 'update 12/12']);
});
