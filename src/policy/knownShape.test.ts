import { expect, test } from 'vitest';
import { policySizes } from './types.ts';
import { requireKnownShape } from './knownShape.ts';

const { nano } = policySizes;

test('the sizes of the lab are known, and other names are free in shape', () => {
  for (const size of Object.values(policySizes)) expect(() => requireKnownShape(size)).not.toThrow();
  expect(() => requireKnownShape({ ...nano, name: 'mine', layers: 3 })).not.toThrow();
});

test.each([
  [{ ...nano, layers: 3 }, /^expected layers 2, as nano has, got 3\. .* another name/],
  [{ ...nano, vocabulary: 96 }, /^expected vocabulary 80, as nano has, got 96\./],
  [
    { ...nano, name: 'mine', width: 24, heads: 4 },
    /^expected heads .* multiple of 4 .*, got .* heads of 6\./,
  ],
  [{ ...nano, name: 'mine', width: 256, heads: 2 }, /^expected heads .* up to 64, got .* heads of 128\./],
])('refuses %j', (config, message) => {
  expect(() => requireKnownShape(config)).toThrow(message);
});
