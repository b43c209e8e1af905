import { expect, it } from 'vitest';
import { fileName } from './download.ts';

it('makes file names that every system takes', () => {
  expect(fileName('ActGuide · micro · seed 7', 'json')).toBe('ActGuide-micro-seed-7.json');
  expect(fileName('../../etc/passwd', 'csv')).toBe('..-..-etc-passwd.csv');
  expect(fileName('  ', 'svg')).toBe('actguide.svg');
  expect(fileName('x'.repeat(200), 'svg')).toHaveLength(84);
});
