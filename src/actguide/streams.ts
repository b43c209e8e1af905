import { hash3 } from '../core/random.ts';

/** What a random stream is for; streams of different roles never meet. */
export const roles = {
  tasks: 1,
  unguided: 2,
  probe: 3,
  fresh: 4,
  shuffle: 5,
  heldOut: 6,
  evaluation: 7,
  guided: 8,
  continuation: 9,
} as const;
export type Role = (typeof roles)[keyof typeof roles];

/** u32 stream of rollout `index` of a task (by its key) in a training step: what `SampleOptions.streams` takes. */
export function stream(step: number, role: Role, taskKey: number, index: number): number {
  return hash3(hash3(step, role, index), taskKey, role);
}

/** u32 seed of something that happens once in a step, such as its task set or its shuffle. */
export function stepSeed(seed: number, step: number, role: Role): number {
  return hash3(seed, step, role);
}
