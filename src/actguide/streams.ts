import { hash3 } from '../core/random.ts';

/** What a random stream is for; streams of different roles never meet. */
export const roles = {
  unguided: 1,
  probe: 2,
  fresh: 3,
  shuffle: 4,
  evaluation: 5,
  guided: 6,
  continuation: 7,
  noise: 8,
  expert: 9,
  recovery: 10,
  utility: 11,
} as const;
export type Role = (typeof roles)[keyof typeof roles];

/** u32 stream of rollout `index` of a task (by its key) in a training step: what `SampleOptions.streams` takes. */
export function stream(step: number, role: Role, taskKey: number, index: number): number {
  return hash3(hash3(step, role, index), taskKey, role);
}
