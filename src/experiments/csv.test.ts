import { expect, it } from 'vitest';
import { csv } from './csv.ts';

it('has all columns in order of appearance, and empty fields where a row has none', () => {
  expect(
    csv([
      { seed: 1, value: 0.5 },
      { seed: 2, note: 'x' },
    ]),
  ).toBe('seed,value,note\n1,0.5,\n2,,x\n');
});

it('quotes commas, quotes and line ends (RFC 4180), and leaves what is no number empty', () => {
  expect(csv([{ a: 'x, y', b: 'say "hi"', c: 'two\nlines', d: NaN, e: null, f: -0.25 }])).toBe(
    'a,b,c,d,e,f\n"x, y","say ""hi""","two\nlines",,,-0.25\n',
  );
});
