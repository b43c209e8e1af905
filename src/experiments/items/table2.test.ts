import { expect, it } from 'vitest';
import { parseRunConfig } from '../../actguide/runConfig.ts';
import { Results, type ItemContext } from '../item.ts';
import { RECORD_SCHEMA, type UnitRecord } from '../store.ts';
import { table2 } from './table2.ts';

const context: ItemContext = { base: 'micro', run: parseRunConfig({}), seeds: [1, 2, 3], quick: false };

/** A record of an evaluation. */
function record(levels: readonly number[]): UnitRecord {
  const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
  const header = { schema: RECORD_SCHEMA, key: '', unit: {}, base: {}, provenance: {}, wallMs: 1 } as const;
  return { ...header, kind: 'probe', result: { mean, levels } };
}

it('every method starts from the policy that knows both worlds, and none is trained in the grid', () => {
  const trainings = table2.units(context).flatMap((unit) => (unit.kind === 'probe' ? [unit.on] : []));
  for (let source of trainings) {
    while (source.kind === 'train') {
      expect(source.world.name).toBe('search');
      source = source.start;
    }
    expect(source).toMatchObject({ kind: 'pretrain', settings: { gridShare: 0.5 } });
  }
});

it('judges what SFT and ActGuide-RL forget by the levels of the grid that pretraining taught', () => {
  const pairs = table2.units(context).map((unit) => {
    if (unit.kind !== 'probe') throw new Error('expected evaluations alone');
    const { on, world } = unit;
    const forgets = on.kind === 'train' && on.config.method === 'sft';
    const levels = world.name === 'grid' ? (forgets ? [0.5, 0.3, 0, 0] : [1, 0.8, 0, 0]) : [0.9, 0.9];
    return [unit, record(levels)] as const;
  });
  const { verdicts, rows } = table2.measure(context, Results.of(pairs));
  const of = (text: string) => verdicts.find(({ statistic }) => statistic.includes(text));
  expect(of('taught, ActGuide-RL − SFT')?.interval.mean).toBeCloseTo(0.5, 12);
  expect(of('taught, ActGuide-RL − SFT')?.outcome).toBe('holds');
  expect(of('ActGuide-RL − base policy')).toMatchObject({ outcome: 'holds', values: [0, 0, 0] });
  // Plans: the grid's four levels 0.45 against 0.2, the unseen aliases alike.
  expect(of('with the whole plan')?.interval.mean).toBeCloseTo(0.125, 12);
  expect(rows).toHaveLength(3 * 6 * 7);
});
