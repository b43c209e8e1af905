import { expect, it } from 'vitest';
import { InputError } from '../core/errors.ts';
import { checkedRequest } from './benchmark.ts';
import type { BenchmarkRequest } from './benchmarkProtocol.ts';

const request: BenchmarkRequest = { suites: ['train'], turns: 11, size: 'quick', seed: 7 };

it('refuses what cannot be measured, by name', () => {
  expect(checkedRequest(request)).toBe(request);
  for (const [wrong, message] of [
    [{ suites: [] }, /suites: expected at least one of ceilings, .*got none/],
    [{ suites: ['train', 'speed'] }, /suites: .*got speed/],
    [{ turns: 1 }, /turns: expected a whole number from 2 to 101, got 1/],
    [{ turns: 2.5 }, /turns: .*got 2.5/],
    [{ size: 'huge' }, /size: expected small, quick, full, got huge/],
    [{ seed: -1 }, /seed: .*got -1/],
  ] as const) {
    const asked = () => checkedRequest({ ...request, ...wrong } as BenchmarkRequest);
    expect(asked).toThrow(InputError);
    expect(asked).toThrow(message);
  }
});
