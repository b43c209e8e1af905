import { expect, test } from 'vitest';
import { DeviceLostError, InputError, LabError } from '../core/errors.ts';
import { concluded } from './concluded.ts';

function fakeOutput(json = true) {
  const printed: object[] = [];
  return { json, printed, result: (value: object) => void printed.push(value) };
}
const live = () => new AbortController().signal;

test('work that ends prints its own last line', async () => {
  const output = fakeOutput();
  expect(await concluded(output, () => Promise.resolve(0), undefined, live())).toBe(0);
  expect(output.printed).toEqual([]);
});

test('work that is interrupted ends in done: false and 130', async () => {
  const output = fakeOutput();
  const signal = AbortSignal.abort();
  const work = (aborted: AbortSignal) => Promise.reject(aborted.reason as Error);
  expect(await concluded(output, work, () => ({ steps: 2 }), signal)).toBe(130);
  expect(output.printed).toEqual([{ done: false, steps: 2 }]);
});

test('an error ends in done: false with its message, after Ctrl-C too', async () => {
  for (const signal of [live(), AbortSignal.abort()]) {
    const output = fakeOutput();
    const lost = new DeviceLostError('gpu: gone');
    const ended = concluded(
      output,
      () => Promise.reject(lost),
      () => ({ steps: 2 }),
      signal,
    );
    await expect(ended).rejects.toBe(lost);
    expect(output.printed).toEqual([{ done: false, steps: 2, error: 'gpu: gone' }]);
  }
});

test('weights that the export refuses are a failure, not bad input', async () => {
  const refused = new InputError('exportOnnx: expected finite values, got NaN');
  const ended = concluded(fakeOutput(), () => Promise.reject(refused), undefined, live());
  const error: unknown = await ended.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LabError);
  expect(error).not.toBeInstanceOf(InputError);
  expect(error).toMatchObject({ message: refused.message });
});

test('in words stdout stays empty on an error', async () => {
  const output = fakeOutput(false);
  await expect(
    concluded(output, () => Promise.reject(new LabError('x')), undefined, live()),
  ).rejects.toThrow();
  expect(output.printed).toEqual([]);
});
