import { expect, test } from 'vitest';
import { clock, Progress } from './progress.ts';

const recorder = (isTTY: boolean) => {
  const written: string[] = [];
  const write = (text: string | Uint8Array): boolean => written.push(String(text)) > 0;
  return { written, stream: { isTTY, columns: 60, write } };
};

test.each([
  [0, '0:00'],
  [65_400, '1:05'],
  [3_723_000, '1:02:03'],
])('clock(%d) is %s', (ms, text) => expect(clock(ms)).toBe(text));

test('a log gets one line at every tenth', () => {
  const { written, stream } = recorder(false);
  const progress = new Progress('train', 64, stream);
  for (let step = 1; step <= 64; step++) progress.update(step);
  expect(written).toHaveLength(10);
  expect(written[0]).toMatch(/^train 7\/64 0:00, 0:00 left\n$/);
  expect(written[9]).toBe('train 64/64 0:00\n');
});

test('a terminal gets one line that redraws itself and fits its width', () => {
  const { written, stream } = recorder(true);
  const progress = new Progress('train', 2, stream);
  progress.update(2, 'x'.repeat(100));
  progress.clear();
  const wipe = '\r\x1b[2K';
  expect(written[0]).toBe(`${wipe}${'█'.repeat(24)} train 2/2 0:00 ${'x'.repeat(19)}`);
  expect(written.join('')).not.toContain('\n');
});
