import { InputError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import type { Task, TaskRequest } from './types.ts';

/**
 * The tasks of a request. A task is a function of (seed, level, index within its level), which its id spells,
 * and of the world's options. Without a level the levels get equal shares; the seed rotates which of them get
 * the remainder.
 * @throws InputError for a seed that is no u32, a negative count or an unknown level.
 */
export function taskSet<T extends Task>(
  world: string,
  levels: number,
  { seed, count, level, first = 0 }: TaskRequest,
  makeTask: (seed: number, level: number, index: number) => T,
): T[] {
  requireInteger(`${world}.tasks: seed`, seed, 0, 2 ** 32 - 1);
  requireInteger(`${world}.tasks: count`, count, 0, 2 ** 20);
  if (level !== undefined) {
    requireInteger(`${world}.tasks: level`, level, 0, levels - 1);
    requireInteger(`${world}.tasks: first`, first, 0, 2 ** 20);
    return Array.from({ length: count }, (_, i) => makeTask(seed, level, first + i));
  }
  const spread = Array.from({ length: count }, (_, i) => ({
    level: (seed + i) % levels,
    index: Math.floor(i / levels),
  }));
  const order = new Random(seed).fork(levels).shuffle(spread);
  return order.map((slot) => makeTask(seed, slot.level, slot.index));
}

/** @throws InputError naming `what` unless `value` is a whole number in range. */
export function requireInteger(what: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new InputError(`${what}: expected a whole number from ${least} to ${most}, got ${value}.`);
}
