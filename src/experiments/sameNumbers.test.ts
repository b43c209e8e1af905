import { describe, expect, it } from 'vitest';
import { training } from './item.ts';
import { runUnits } from './runner.ts';
import { differencesOf } from './sameNumbers.ts';
import type { UnitRecord } from './store.ts';
import { gateContext, gateLab } from './testing/gateLab.ts';

async function record(seed: number): Promise<UnitRecord> {
  const { lab } = await gateLab();
  for await (const { record: kept } of runUnits([training(gateContext, seed)], lab)) if (kept) return kept;
  throw new Error('expected a record');
}
const asKept = (value: UnitRecord): UnitRecord => JSON.parse(JSON.stringify(value)) as UnitRecord;

describe('differencesOf', () => {
  it('finds none between two runs of one unit, whatever their wall times', async () => {
    const [one, two] = [await record(1), await record(1)];
    expect(one.wallMs).not.toBeNaN();
    expect(differencesOf(asKept(one), { ...two, wallMs: 1e9, provenance: { adapter: 'another' } })).toEqual(
      [],
    );
  });

  it('names every number that differs', async () => {
    const one = await record(1);
    if (one.kind !== 'train') throw new Error('expected a training record');
    const steps = one.steps.map((step, i) => (i === 1 ? { ...step, gradNorm: step.gradNorm + 1e-9 } : step));
    expect(differencesOf(one, { ...one, steps })).toEqual([
      { path: 'steps[1].gradNorm', before: one.steps[1].gradNorm, after: one.steps[1].gradNorm + 1e-9 },
    ]);
    expect(differencesOf(one, await record(2)).length).toBeGreaterThan(3);
  });

  it('a list of another length, and a value of another kind; what a later version adds is none', () => {
    const header = {
      schema: 1,
      key: '',
      unit: {},
      base: {},
      provenance: {},
      wallMs: 1,
      kind: 'probe',
    } as const;
    const of = (result: unknown): UnitRecord => ({ ...header, result });
    expect(differencesOf(of([1, 2]), of([1]))).toEqual([{ path: 'result.length', before: 2, after: 1 }]);
    expect(differencesOf(of({ a: 1 }), of({ a: null, b: 3 }))).toEqual([
      { path: 'result.a', before: 1, after: null },
    ]);
    expect(differencesOf(of({ a: 1 }), of({ a: 1, b: 3 }))).toEqual([]);
  });
});
