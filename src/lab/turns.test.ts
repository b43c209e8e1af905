import { expect, it } from 'vitest';
import { inTurn } from './turns.ts';

const task = () => new Promise((resolve) => setTimeout(resolve));

it('runs one a task, in order, and none that was taken back', async () => {
  const ran: string[] = [];
  inTurn(() => ran.push('a'));
  const takeBack = inTurn(() => ran.push('b'));
  inTurn(() => {
    ran.push('c');
    inTurn(() => ran.push('e'));
  });
  inTurn(() => ran.push('d'));
  takeBack();
  const seen: number[] = [];
  for (let i = 0; i < 20 && ran.length < 4; i++) {
    await task();
    seen.push(ran.length);
  }
  expect(ran).toEqual(['a', 'c', 'd', 'e']);
  // Never two between two looks.
  expect(seen.every((count, i) => count - (seen[i - 1] ?? 0) <= 1)).toBe(true);
});

it('goes on behind one that throws', async () => {
  const ran: string[] = [];
  const errors: unknown[] = [];
  const catcher = (error: unknown) => errors.push(error);
  process.once('uncaughtException', catcher);
  inTurn(() => {
    throw new Error('broken chart');
  });
  inTurn(() => ran.push('next'));
  for (let i = 0; i < 20 && ran.length < 1; i++) await task();
  process.off('uncaughtException', catcher);
  expect(ran).toEqual(['next']);
});
