import { expect, it } from 'vitest';
import { csv } from './csv.ts';

it('writes a table that spreadsheets read back', () => {
  expect(
    csv(
      ['step', 'a, "b"'],
      [
        ['1', '0.5'],
        ['2', ''],
      ],
    ),
  ).toBe('step,"a, ""b"""\r\n1,0.5\r\n2,\r\n');
});

it('leaves numbers alone and disarms formulas', () => {
  expect(csv(['x'], [['-1.5e-3'], ['=HYPERLINK("http://x")'], ['+cmd']])).toBe(
    'x\r\n-1.5e-3\r\n"\'=HYPERLINK(""http://x"")"\r\n\'+cmd\r\n',
  );
});
