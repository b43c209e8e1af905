import { describe, expect, it } from 'vitest';
import { gradientError } from '../../test/gradcheck.ts';
import { gatherRef } from './gather.ref.ts';

describe('gather reference', () => {
  it('takes rows by number, by hand', () => {
    expect([...gatherRef([1, 2, 3, 4], [1, 2, 0], { M: 3, R: 2, C: 2 })]).toEqual([3, 4, 0, 0, 1, 2]);
  });

  it('its gradient is the same with the inverse index', () => {
    const [index, inverse] = [
      [4, 0, 2],
      [1, 3, 2, 3, 0],
    ];
    const x = Float64Array.from({ length: 15 }, (_, i) => Math.sin(i));
    const d = Float64Array.from({ length: 9 }, (_, i) => Math.cos(i));
    const gradient = gatherRef(d, inverse, { M: 5, R: 3, C: 3 });
    expect(gradientError((v) => gatherRef(v, index, { M: 3, R: 5, C: 3 }), x, d, gradient)).toBeLessThan(
      1e-8,
    );
  });
});
