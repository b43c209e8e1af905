import { expect, test } from 'vitest';
import { total, trainStepCounts } from './counts.ts';
import { benchPolicy } from './data.ts';

const counts = trainStepCounts(benchPolicy, 64);
const part = (name: string) => counts.find((count) => count.part === name)!;

test('products: 6 operations for every weight and row', () => {
  const weights = 2 * (64 * 192 + 64 * 64 + 64 * 512 + 256 * 64) + 64 * 128;
  const products = ['qkv', 'out', 'gate and up', 'down', 'logits'].map(part);
  expect(total(products).flop).toBe(6 * weights * 64 * 96);
  expect(part('logits')).toEqual({
    part: 'logits',
    flop: 301989888,
    bytes: 3 * 4 * (6144 * 64 + 64 * 128 + 6144 * 128),
  });
});

test('causal attention: seven products over 48.5 keys a row', () => {
  expect(part('attention').flop).toBe(2 * 7 * 2 * 6144 * 48.5 * 64);
});

test('AdamW moves 32 bytes a parameter, whatever the batch', () => {
  const parameters = 2 * (64 * 192 + 64 * 64 + 64 * 512 + 256 * 64 + 2 * 64) + 64 * 128 + 64;
  expect(part('AdamW').bytes).toBe(32 * parameters);
  expect(trainStepCounts(benchPolicy, 256).find((count) => count.part === 'AdamW')).toEqual(part('AdamW'));
});

test('the whole step is 5.7 GFLOP at batch 64 and four times that at 256', () => {
  expect(total(counts).flop / 1e9).toBeCloseTo(5.667, 2);
  expect(total(trainStepCounts(benchPolicy, 256)).flop).toBe(4 * total(counts).flop);
});
