import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Outbox } from './outbox.ts';
import type { TrainerEvent } from './protocol.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const progress = (done: number): TrainerEvent => ({
  type: 'progress',
  step: 1,
  phase: 'rollout',
  done,
  total: 8,
});

it('sends one batch a frame, in order, with only the latest of successive progress events', () => {
  const batches: (readonly TrainerEvent[])[] = [];
  const outbox = new Outbox<TrainerEvent>((events) => batches.push(events));
  outbox.push(progress(1));
  outbox.push(progress(2));
  outbox.push({ type: 'paused', step: 1 });
  outbox.push(progress(3));
  expect(batches).toEqual([]);
  vi.advanceTimersByTime(17);
  expect(batches).toEqual([[progress(2), { type: 'paused', step: 1 }, progress(3)]]);
  vi.advanceTimersByTime(100);
  expect(batches).toHaveLength(1);
  outbox.push({ type: 'resumed', step: 1 });
  vi.advanceTimersByTime(17);
  expect(batches[1]).toEqual([{ type: 'resumed', step: 1 }]);
});

it('is flushed once the listener has taken in everything, also what was sent before', async () => {
  const taken: string[] = [];
  let take: () => void = () => undefined;
  const outbox = new Outbox<TrainerEvent>(async ([{ type }]) => {
    await new Promise<void>((resolve) => (take = resolve));
    taken.push(type);
  });
  outbox.push({ type: 'paused', step: 1 });
  vi.advanceTimersByTime(17);
  let flushed = false;
  const flush = outbox.flush().then(() => (flushed = true));
  await vi.advanceTimersByTimeAsync(100);
  expect([flushed, taken]).toEqual([false, []]);
  take();
  await flush;
  expect(taken).toEqual(['paused']);
});

it('outlives a listener that fails, and tells', async () => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const outbox = new Outbox<TrainerEvent>(() => Promise.reject(new Error('gone')));
  outbox.push({ type: 'paused', step: 1 });
  await expect(outbox.flush()).resolves.toBeUndefined();
  expect(told).toHaveBeenCalledWith(new Error('gone'));
  told.mockRestore();
});
