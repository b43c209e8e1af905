import { describe, expect, it } from 'vitest';
import { Random } from '../core/random.ts';
import { gridWorld } from '../envs/grid/index.ts';
import { demonstration, searchWorld } from '../envs/search/index.ts';
import { defaultPretraining, pretrainingBatch } from './pretrain.ts';

const ofGrid = ({ tokens }: { tokens: readonly number[] }) => gridWorld().words[tokens[1]] === 'grid';

describe('pretrainingBatch', () => {
  it('without a share of the grid is what the shipped policies were made from', () => {
    const random = new Random(3).fork(5);
    const expected = Array.from({ length: 8 }, () => demonstration(random));
    const batch = pretrainingBatch(5, { ...defaultPretraining, seed: 3, batch: 8 });
    expect(batch.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
    expect(batch.some(ofGrid)).toBe(false);
  });

  it('gridShare: that share of demonstrations begins with the mark of the grid', () => {
    const batch = pretrainingBatch(0, { ...defaultPretraining, batch: 1000, gridShare: 0.4 });
    const share = batch.filter(ofGrid).length / batch.length;
    expect(Math.abs(share - 0.4)).toBeLessThan(3 * Math.sqrt((0.4 * 0.6) / 1000));
    const others = batch.filter((one) => !ofGrid(one));
    expect(others.every(({ tokens }) => searchWorld().words[tokens[1]] === 'question')).toBe(true);
  });
});
