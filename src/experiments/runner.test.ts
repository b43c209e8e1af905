import { describe, expect, it } from 'vitest';
import { token } from '../actguide/testing/gates.ts';
import { differences, environmentSteps, runsOf, successWithin } from './curves.ts';
import { Results, training } from './item.ts';
import { fig5 } from './items/fig5.ts';
import { keyIn, runUnits, unitsToRun, type RunEvent } from './runner.ts';
import type { ProbeRecord, TrainingRecord } from './store.ts';
import { gateContext, gateLab } from './testing/gateLab.ts';
import { plainWorld, probing, type Probe, type Unit } from './units.ts';
import { actguideVariant, grpoVariant } from './variants.ts';

/** Sum of the log-probabilities of every token in the first turn: a measurement that training changes. */
const weightSum: Probe<{ scale: number }, number> = {
  name: 'weightSum',
  version: 1,
  work: 1,
  async *run(policy, environment, { scale }) {
    yield 0.5;
    const [task] = environment.tasks({ seed: 1, count: 1 });
    const [tool, thought] = [token.try, token.hm];
    const logits = await policy.logits([[...environment.prompt(task, []), tool, thought]]);
    return scale * logits.reduce((sum, logit) => sum + logit, 0);
  },
};

async function all(units: readonly Unit[], lab: Parameters<typeof runUnits>[1]): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of runUnits(units, lab)) events.push(event);
  return events;
}

const lasting = (record: TrainingRecord | null) => record?.steps.map((step) => ({ ...step, timing: null }));

describe('the runner', () => {
  it('runs each distinct unit once and keeps its record', async () => {
    const { lab, created } = await gateLab();
    const run = training(gateContext, 1);
    const events = await all([run, training(gateContext, 1), training(gateContext, 2)], lab);
    expect(created).toHaveLength(2);
    expect(events.filter(({ step }) => step)).toHaveLength(6);
    expect(events.at(-1)).toMatchObject({ done: 6, total: 6 });
    expect(events.map(({ done }) => done)).toEqual([1, 2, 3, 3, 4, 5, 6, 6]);
    const record = (await Results.load([run], lab)).of(run);
    expect(record).toMatchObject({ kind: 'train', schema: 1, unit: { config: { seed: 1 } } });
    expect(record?.steps).toHaveLength(3);
    expect(record?.success).toEqual(record?.steps[2].success);
    expect(record?.provenance).toEqual({ adapter: 'none' });
    expect(Object.keys(record?.base ?? {})).toEqual(['gates']);
  });

  it('goes on where it was interrupted, at the run that was cut short, with the same numbers', async () => {
    const abort = new AbortController();
    const { lab, store, created } = await gateLab();
    const units = [1, 2, 3].map((seed) => training(gateContext, seed));
    const cutShort = async () => {
      for await (const { key, step } of runUnits(units, { ...lab, signal: abort.signal }))
        if (step?.step === 1 && key === (await keyIn(lab, units[1]))) abort.abort();
    };
    await expect(cutShort()).rejects.toThrow('aborted');
    expect(await store.get(await keyIn(lab, units[0]))).not.toBeNull();
    expect(await store.get(await keyIn(lab, units[1]))).toBeNull();
    expect((await unitsToRun(units, lab)).map(({ unit }) => unit)).toEqual(units.slice(1));

    await all(units, lab);
    expect(created).toHaveLength(4);
    expect(await all(units, lab)).toEqual([]);
    const other = await gateLab();
    await all(units, other.lab);
    const [here, there] = await Promise.all([Results.load(units, lab), Results.load(units, other.lab)]);
    for (const unit of units) expect(lasting(here.of(unit))).toEqual(lasting(there.of(unit)));
  });

  it('measures trained policies without training them again, unless their weights are gone', async () => {
    const { lab, store, created } = await gateLab();
    const run = training(gateContext, 1);
    const onBase = probing(weightSum, { kind: 'base', name: 'gates' }, plainWorld, { scale: 1 });
    const after = probing(weightSum, run, plainWorld, { scale: 1 });
    await all([onBase, after], lab);
    expect(created).toHaveLength(3);
    const results = await Results.load([onBase, after, run], lab);
    const value = (record: ProbeRecord<number> | null) => record?.result ?? NaN;
    expect(results.of(run)?.steps).toHaveLength(3);
    expect(value(results.of(after))).not.toBe(value(results.of(onBase)));

    const twice = probing(weightSum, run, plainWorld, { scale: 2 });
    await all([twice], lab);
    expect(created).toHaveLength(4);
    expect(value((await Results.load([twice], lab)).of(twice))).toBe(2 * value(results.of(after)));

    store.weights = () => Promise.resolve(null);
    const again = probing(weightSum, run, plainWorld, { scale: 3 });
    expect((await unitsToRun([twice], lab)).map(({ unit }) => unit)).toEqual([]);
    expect((await unitsToRun([again], lab)).map(({ unit }) => unit)).toEqual([run, again]);
  });

  it('starts a run from the end of another', async () => {
    const { lab } = await gateLab();
    const first = training(gateContext, 1);
    const second = training(gateContext, 2, {}, { start: first });
    await all([second], lab);
    const results = await Results.load([first, second], lab);
    expect(results.of(first)?.steps).toHaveLength(3);
    expect(results.of(second)?.unit).toMatchObject({ start: { kind: 'train', config: { seed: 1 } } });
    const alone = training(gateContext, 2);
    await all([alone], lab);
    expect(lasting((await Results.load([alone], lab)).of(alone))).not.toEqual(lasting(results.of(second)));
  });

  it('tells what failed: a probe that throws leaves no record', async () => {
    const { lab, store } = await gateLab();
    const broken: Probe<object, never> = {
      name: 'broken',
      version: 1,
      work: 1,
      async *run() {
        yield 0;
        throw new Error('no such thing');
      },
    };
    const unit = probing(broken, { kind: 'base', name: 'gates' }, plainWorld, {});
    await expect(all([unit], lab)).rejects.toThrow('no such thing');
    expect(await store.get(await keyIn(lab, unit))).toBeNull();
  });
});

describe('curves', () => {
  it('compare the same seeds, at equal steps and at equal spending', async () => {
    const { lab } = await gateLab();
    const units = gateContext.seeds.flatMap((seed) => [
      actguideVariant(gateContext).unit(seed),
      grpoVariant(gateContext).unit(seed),
    ]);
    await all(units, lab);
    const results = await Results.load(units, lab);
    const runs = runsOf([actguideVariant(gateContext), grpoVariant(gateContext)], [1, 2, 3, 4], results);
    expect(runs.map(({ variant, seed }) => `${variant} ${seed}`)).toEqual([
      'ActGuide-RL 1',
      'ActGuide-RL 2',
      'ActGuide-RL 3',
      'GRPO 1',
      'GRPO 2',
      'GRPO 3',
    ]);
    const [run] = runs;
    const spent = environmentSteps(run.record);
    expect(spent[2]).toBe(run.record.steps.reduce((sum, step) => sum + step.environmentSteps, 0));
    // Evaluations come after steps 2 and 3.
    expect(successWithin(run.record, spent[1] - 1)).toBeNaN();
    expect(successWithin(run.record, spent[1])).toBe(run.record.steps[1].success?.mean);
    expect(successWithin(run.record, spent[2])).toBe(run.record.success.mean);
    const seeds = differences(runs, 'ActGuide-RL', 'GRPO', ({ seed }) => seed);
    expect(seeds).toEqual([0, 0, 0]);
    expect(differences(runs, 'ActGuide-RL', 'nothing', () => 1)).toEqual([]);
  });

  it('fig5 measures what is there and judges nothing without data', async () => {
    const { lab } = await gateLab();
    const units = fig5.units(gateContext);
    expect(units).toHaveLength(9);
    const none = fig5.measure(gateContext, await Results.load(units, lab));
    expect(none.rows).toEqual([]);
    expect(none.verdicts.map(({ outcome, needs }) => [outcome, needs])).toEqual([
      ['undecided', 3],
      ['undecided', 3],
      ['undecided', 3],
    ]);
    await all(units, lab);
    const full = fig5.measure(gateContext, await Results.load(units, lab));
    expect(full.rows).toHaveLength(3 * (3 + 3 + 6));
    const [trainable] = full.verdicts;
    expect(trainable.outcome).toBe('holds');
    expect(trainable.values).toHaveLength(3);
    expect(full.tables[0].rows.map(([name, seeds]) => [name, seeds])).toEqual([
      ['ActGuide-RL', 3],
      ['GRPO', 3],
      ['GRPO, twice the steps', 3],
    ]);
    expect(full.figure?.panels[0].points).toHaveLength(2 * 3);
  });
});
