import { expect, it } from 'vitest';
import type { BenchRecord } from '../../bench/record.ts';
import { caseLeftMs, costFigure, kernelShares, resultCsv, resultRows, shareOfCeiling } from './results.ts';

const own = { contender: 'ActGuide Lab', backend: 'WebGPU' };
const timing = (medianMs: number) => ({ medianMs, lowMs: medianMs - 1, highMs: medianMs + 2, turns: 11 });
const ceiling: BenchRecord = {
  ...{ suite: 'ceilings', contender: 'ceiling', backend: 'WebGPU', at: { kernel: 'multiply-add' } },
  ...timing(4),
  gflops: 50,
};
const train: BenchRecord = {
  ...{ ...own, suite: 'train', at: { batch: 64 }, ...timing(500) },
  ...{ firstMs: 1234, peakBytes: 3 * 2 ** 20, gflops: 10 },
};
const curve = (batch: number, medianMs: number): BenchRecord => ({
  ...{ ...own, suite: 'scaling', at: { curve: 'batch', batch, context: 48, size: 'bench' } },
  ...timing(medianMs),
});
const policy: BenchRecord = { ...own, suite: 'scaling', at: { curve: 'size', size: 'nano' }, ...timing(7) };

it('sets a rate beside the ceiling measured with it', () => {
  expect(shareOfCeiling(train, [ceiling, train])).toBe(0.2);
  expect(shareOfCeiling(train, [train])).toBeUndefined();
  expect(shareOfCeiling(ceiling, [ceiling])).toBeUndefined();
  expect(resultRows([ceiling, train])[1]).toEqual([
    ...['Train step', 'batch 64', '500 ms', '499 ms – 502 ms', '1.23 s', '3 MiB', '10.0 GFLOP/s'],
    ...['20\u00a0%', ''],
  ]);
});

it('exports exact figures, empty where nothing was measured', () => {
  const [head, first, second] = resultCsv([train, { ...own, suite: 'kernels', at: {}, absent: 'no queries' }])
    .trim()
    .split('\n');
  expect(head).toBe(
    'suite,case,contender,backend,medianMs,lowMs,highMs,turns,firstMs,peakBytes,gflops,gbps,absent',
  );
  expect(first).toBe('train,batch 64,ActGuide Lab,WebGPU,500,499,502,11,1234,3145728,10,,');
  expect(second).toBe('kernels,,ActGuide Lab,WebGPU,,,,,,,,,no queries');
});

it('draws medians and curves, as far as they are measured', () => {
  expect(costFigure([ceiling])).toBeNull();
  const figure = costFigure([train, curve(16, 20), curve(32, 41), policy]);
  expect(figure?.panels.map(({ title, mark }) => [title, mark])).toEqual([
    ['A step and its parts', 'bar'],
    ['Train step against batch', 'line'],
    ['Train step against model size', 'bar'],
  ]);
  expect(figure?.panels[1].points).toEqual([
    { series: 'ActGuide Lab', x: 16, y: 20, low: 19, high: 22 },
    { series: 'ActGuide Lab', x: 32, y: 41, low: 40, high: 43 },
  ]);
  for (const { x, y } of figure?.panels.slice(1) ?? []) expect([x.label, y.label]).not.toContain('');
});

it('orders kernels by their share of the step', () => {
  const kernel = (name: string, medianMs: number): BenchRecord => ({
    ...{ ...own, suite: 'kernels', at: { kernel: name, batch: 8, dispatches: 1 } },
    ...timing(medianMs),
  });
  expect(kernelShares([kernel('a', 1), kernel('b', 3), train], 1)).toEqual([
    { label: 'b', ms: 3, share: 0.75 },
  ]);
});

it('tells what is left of a case from the turns so far', () => {
  expect(caseLeftMs(0, 11, 500)).toBeUndefined();
  expect(caseLeftMs(2, 11, 500)).toBe(2250);
});
