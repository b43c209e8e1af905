import { expect, test } from 'vitest';
import { specialized, unrolled } from './unroll.ts';

test('marked loops are written out, with their constants; others stay', () => {
  const text = `const ROWS = 2u;
for (var k = 0u; k < inner; k++) {
  for (var i = 0u; i < ROWS; i++) { // unroll
    if (row + i < M) {
      sum[i] += a[4u * i + index];
    }
  }
}
for (var q = 0u; q < 1u; q++) { // unroll
  b[q] = 0.0;
}
`;
  expect(unrolled(text).replace(/\s+/g, ' ')).toBe(
    'const ROWS = 2u; for (var k = 0u; k < inner; k++) { { if (row + 0u < M) { sum[0u] += a[4u * 0u + index]; } } ' +
      '{ if (row + 1u < M) { sum[1u] += a[4u * 1u + index]; } } } { b[0u] = 0.0; } ',
  );
});

test('a bound that nothing defines, and a loop that nothing closes', () => {
  expect(() => unrolled('for (var i = 0u; i < ROWS; i++) { // unroll\n}')).toThrow(/const ROWS, found none/);
  expect(() => unrolled('const R = 2u;\nfor (var i = 0u; i < R; i++) { // unroll\n')).toThrow(
    /closing brace/,
  );
});

test('overrides become constants, which bound nested loops', () => {
  const text = `override R: u32 = 1; // rows
override Q: u32 = 4;
override H: u32 = 1;
for (var j = 0u; j < R; j++) { // unroll
  for (var d = 0u; d < Q; d++) { // unroll
    sum[j * Q + d] = x;
  }
}
`;
  const words = specialized(text, { R: 2, Q: 1 }).replace(/\s+/g, ' ');
  expect(words).toBe(
    'const R = 2u; // rows const Q = 1u; override H: u32 = 1; { { sum[0u * Q + 0u] = x; } } { { sum[1u * Q + 0u] = x; } } ',
  );
});
