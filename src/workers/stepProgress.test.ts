import { expect, it } from 'vitest';
import { StepProgress } from './stepProgress.ts';

it('names the phases of a step from its batches of rollouts', () => {
  const seen: string[] = [];
  const progress = new StepProgress((phase, done, total) => seen.push(`${phase} ${done}/${total}`));
  for (const [done, total] of [
    [2, 8],
    [5, 8],
    [8, 8],
    [1, 4],
    [4, 4],
    [4, 4],
  ] as const)
    progress.report(done, total);
  expect(seen).toEqual([
    'rollout 2/8',
    'rollout 5/8',
    'update 8/8',
    'search 1/4',
    'update 4/4',
    'update 4/4',
  ]);
});
