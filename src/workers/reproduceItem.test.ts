import { describe, expect, it } from 'vitest';
import { comparison } from '../experiments/comparison.ts';
import { ACTGUIDE, actguideVariant, GRPO, grpoVariant } from '../experiments/variants.ts';
import { gateContext, gateLab } from '../experiments/testing/gateLab.ts';
import { training } from '../experiments/item.ts';
import type { OwnResult } from '../storage/index.ts';
import { reproduceItem } from './reproduceItem.ts';
import type { ReproductionEvent } from './reproduceProtocol.ts';
import { baseNames } from './shippedHost.ts';

const item = comparison(
  { id: 'fig0', title: 'A comparison', reference: 'Figure 0', design: 'Two methods.', paper: null },
  (context) => [actguideVariant(context), grpoVariant(context)],
  [{ claim: 'One does better.', first: ACTGUIDE, second: GRPO, paper: null }],
);

/** A host that remembers; `after` is called with every event. */
function host(after: (event: ReproductionEvent) => void = () => undefined) {
  const kept: { own: OwnResult; data: string }[] = [];
  const events: ReproductionEvent[] = [];
  return {
    kept,
    events,
    emit: (event: ReproductionEvent) => {
      events.push(event);
      after(event);
    },
    keep: async (own: OwnResult, data: string) => void kept.push({ own, data }),
  };
}

const progress = (events: readonly ReproductionEvent[]) =>
  events.flatMap((event) => (event.type === 'progress' ? [event] : []));

describe('reproduceItem', () => {
  it('runs what an item asks for and keeps what the data say', async () => {
    const { lab } = await gateLab();
    const own = host();
    await reproduceItem(item, gateContext, lab, own);
    const steps = progress(own.events);
    expect(steps.at(-1)).toMatchObject({ share: 1, made: 6, toMake: 6 });
    expect(steps[0]).toMatchObject({ share: 1 / 18, made: 0 });
    expect(steps[0].unit).toMatch(/^actguide micro, .*3 steps, seed 1/);
    const last = own.kept.at(-1);
    expect(last?.own).toMatchObject({ item: 'fig0', runsDone: 6, runs: 6, result: { done: true } });
    expect(last?.own.keys).toHaveLength(6);
    expect(last?.own.result.figure?.panels).toHaveLength(3);
    expect(last?.own.result.verdicts[0].values).toHaveLength(3);
    // A line a training step of each of the six runs, and the header.
    expect(last?.data.trim().split('\n')).toHaveLength(1 + 6 * 3);
    expect(own.events.at(-1)).toMatchObject({ type: 'result' });
  });

  it('when stopped, keeps and tells what the finished runs say, and goes on from there', async () => {
    const abort = new AbortController();
    const { lab, created } = await gateLab(abort.signal);
    const cut = host((event) => {
      if (event.type === 'progress' && event.made === 2) abort.abort();
    });
    await expect(reproduceItem(item, gateContext, lab, cut)).rejects.toThrow('aborted');
    expect(cut.kept.at(-1)?.own).toMatchObject({ runsDone: 2, runs: 6, result: { done: false } });
    expect(created).toHaveLength(2);

    const rest = host();
    await reproduceItem(item, gateContext, { ...lab, signal: undefined }, rest);
    // What is there is shown at once; only the rest is made.
    expect(rest.events[0]).toMatchObject({ type: 'result', own: { runsDone: 2 } });
    expect(progress(rest.events).at(-1)).toMatchObject({ share: 1, made: 4, toMake: 4 });
    expect(created).toHaveLength(6);
    const whole = host();
    await reproduceItem(item, gateContext, (await gateLab()).lab, whole);
    expect(rest.kept.at(-1)?.own.result.verdicts).toEqual(whole.kept.at(-1)?.own.result.verdicts);
  });

  it('keeps nothing while there is nothing', async () => {
    const abort = new AbortController();
    abort.abort();
    const { lab } = await gateLab(abort.signal);
    const own = host();
    await expect(reproduceItem(item, gateContext, lab, own)).rejects.toThrow('aborted');
    expect(own.kept).toEqual([]);
    expect(own.events).toEqual([]);
  });
});

it('baseNames: the policies at the roots of units', () => {
  const first = training(gateContext, 1);
  const second = training(gateContext, 2, {}, { start: first });
  const other = training({ ...gateContext, base: 'nano' }, 2);
  expect(baseNames([first, second, other])).toEqual(['gates', 'nano']);
});
