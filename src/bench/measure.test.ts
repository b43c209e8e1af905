import { expect, test } from 'vitest';
import { interleave, timingOf } from './measure.ts';

test('median and quartiles, also between two values', () => {
  expect(timingOf([4, 1, 3, 2, 100])).toEqual({ medianMs: 3, lowMs: 2, highMs: 4, turns: 5 });
  expect(timingOf([1, 2])).toEqual({ medianMs: 1.5, lowMs: 1.25, highMs: 1.75, turns: 2 });
  expect(timingOf([7])).toEqual({ medianMs: 7, lowMs: 7, highMs: 7, turns: 1 });
});

test('every task runs once a turn, and each turn starts with another', async () => {
  const order: string[] = [];
  const task = (name: string) => ({ run: async () => void order.push(name) });
  const timings = await interleave([task('a'), task('b'), task('c')], 3);
  expect(order.join('')).toBe('abcbcacab');
  expect(timings.map(({ turns }) => turns)).toEqual([3, 3, 3]);
});

test('a task that rests takes at least its rest', async () => {
  const rest = (ms: number) => ({ run: () => new Promise((done) => setTimeout(done, ms)) });
  const [short, long] = await interleave([rest(1), rest(30)], 3);
  expect(long.medianMs).toBeGreaterThan(25);
  expect(long.medianMs).toBeGreaterThan(short.medianMs);
});
