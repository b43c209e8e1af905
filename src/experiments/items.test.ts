import { describe, expect, it } from 'vitest';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { itemIds, items, keyIn, Results, unitId, type ItemContext } from './index.ts';
import { quickRun } from './scale.ts';
import { gateLab } from './testing/gateLab.ts';

const context: ItemContext = { base: 'micro', run: parseRunConfig({}), seeds: [1, 2, 3], quick: false };

describe('items', () => {
  it('have distinct names, and units whose settings a run accepts', () => {
    expect(items.map(({ id }) => id)).toEqual(itemIds);
    expect(new Set(itemIds).size).toBe(items.length);
    for (const item of items)
      for (const unit of item.units(context))
        if (unit.kind === 'train') expect(parseRunConfig(unit.config)).toEqual(unit.config);
  });

  it('share the runs that they have in common', async () => {
    const { lab } = await gateLab();
    const keys = async (id: string) => {
      const units = items.find((item) => item.id === id)?.units(context) ?? [];
      return new Set(await Promise.all(units.map((unit) => keyIn(lab, unit))));
    };
    const [fig5, fig6, table4, fig7] = await Promise.all(['fig5', 'fig6', 'table4', 'fig7'].map(keys));
    const shared = (a: Set<string>, b: Set<string>) => [...a].filter((key) => b.has(key)).length;
    expect(shared(fig5, fig6)).toBe(6);
    expect(shared(fig5, table4)).toBe(6);
    // ActGuide-RL itself, and the whole plan as fallback.
    expect(shared(table4, fig7)).toBe(6);
    expect(table4.size).toBe(6 * 3);
  });

  it('ask for the same units every time, and for others in a quick look', () => {
    const quick = { ...context, run: quickRun(context.run), quick: true };
    for (const item of items) {
      const ids = item.units(context).map(unitId);
      expect(item.units(context).map(unitId)).toEqual(ids);
      const overlap = item.units(quick).filter((unit) => ids.includes(unitId(unit)));
      expect(overlap.map(unitId)).toEqual([]);
    }
    expect(quick.run).toMatchObject({ steps: 8, evalTasks: 16 });
  });

  it.each(items)('$id judges nothing without data', (item) => {
    const { verdicts, rows } = item.measure(context, Results.of([]));
    expect(verdicts.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'undecided')).toEqual([]);
    expect(verdicts.flatMap(({ values }) => values)).toEqual([]);
    if (item.id !== 'table6') expect(rows).toEqual([]);
  });
});
