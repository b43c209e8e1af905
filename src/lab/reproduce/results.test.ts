import { describe, expect, it } from 'vitest';
import { parseRunConfig } from '../../actguide/runConfig.ts';
import { items, ITEM_SCHEMA, Results, type ItemFile } from '../../experiments/index.ts';
import { verdict, type Claim } from '../../experiments/verdict.ts';
import { parseAddress } from '../address.ts';
import {
  cellText,
  commandOf,
  madeBy,
  madeOn,
  oursInWords,
  outcomesOf,
  remainingMs,
  totalOutcomes,
} from './results.ts';
import { changedRun, labLink } from './tryIt.ts';

const claim: Claim = {
  claim: 'More is better.',
  statistic: 'more − less',
  per: 'seed',
  side: 'above',
  threshold: 0,
  paper: null,
};
const run = parseRunConfig({ seed: 11 });
const adapter = {
  vendor: 'mesa',
  architecture: '',
  description: 'llvmpipe',
  subgroupSize: 8,
  software: true,
};
const file: ItemFile = {
  schema: ITEM_SCHEMA,
  item: 'fig5',
  title: 'More',
  reference: 'Figure 5',
  design: 'More against less.',
  done: true,
  provenance: { adapter, commit: '0123456789abcdef', modified: true, startedAt: '2026-11-21T05:17:34.256Z' },
  context: { base: 'micro', run, seeds: [11, 12], quick: false },
  model: null,
  runs: ['a', 'b'],
  wallMs: 90_000,
  paper: null,
  tables: [],
  verdicts: [],
  figure: null,
};

describe('results in words', () => {
  it('count how claims came out, and leave quick looks out', () => {
    const verdicts = [
      { claim: 'a', outcome: 'holds' },
      { claim: 'b', outcome: 'undecided' },
      { claim: 'c', outcome: 'holds' },
      { claim: 'd', outcome: 'does not hold' },
    ] as const;
    expect(outcomesOf(verdicts)).toEqual({ holds: 2, fails: 1, undecided: 1 });
    expect(
      totalOutcomes([
        { quick: false, verdicts },
        { quick: true, verdicts },
      ]),
    ).toEqual({ holds: 2, fails: 1, undecided: 1 });
  });

  it('give the value with its interval and what it is over', () => {
    expect(oursInWords(verdict(claim, [1, 1, 1]))).toBe('1 [1, 1], 3 seeds');
    expect(oursInWords(verdict(claim, [0.25]))).toBe('0.25, 1 seed');
    expect(oursInWords(verdict(claim, []))).toBe('no data yet');
  });

  it('name adapter, day, commit, seeds and time, and leave out what is not known', () => {
    expect(madeOn(file)).toBe('llvmpipe (software), 21 November 2026');
    expect(Object.fromEntries(madeBy(file).map(({ what, value }) => [what, value]))).toEqual({
      Adapter: 'llvmpipe (software)',
      Date: '21 November 2026',
      Commit: '0123456789ab, with changes',
      'Base policy': 'micro',
      Seeds: '11, 12',
      Scale: '64 steps of 32 tasks × 8 rollouts',
      Runs: '2, 1.5 minutes of computing',
    });
    expect(madeBy({ ...file, provenance: {} }).map(({ what }) => what)).toEqual([
      'Base policy',
      'Seeds',
      'Scale',
      'Runs',
    ]);
  });

  it('tell the time that is left once there is something to tell by', () => {
    expect(remainingMs(0.25, 1000)).toBe(3000);
    expect(remainingMs(0.001, 1000)).toBeUndefined();
    expect(remainingMs(1, 1000)).toBeUndefined();
  });

  it('round nothing in a cell', () => {
    expect([cellText(35.92), cellText(168_846), cellText(null), cellText('x')]).toEqual([
      '35.92',
      '168,846',
      '–',
      'x',
    ]);
  });

  it('name the command that does the same', () => {
    expect(commandOf('fig5', { policy: 'nano', seed: 11, seeds: 3, quick: true })).toBe(
      'npx actguide reproduce fig5 --policy nano --seed 11 --seeds 3 --quick --out results',
    );
  });
});

describe('links that isolate a cause', () => {
  it('open the lab with the settings of the run', () => {
    const link = labLink({ options: { guidedPrompt: 'guided', level: 1 } }, 4);
    const { address, notices } = parseAddress(link);
    expect(notices).toEqual([]);
    expect(address).toMatchObject({
      page: 'lab',
      level: 4,
      settings: { guidedPrompt: 'guided', guidanceLevel: '1' },
    });
  });

  it('are valid for every investigation of every item', () => {
    const context = { base: 'micro', run, seeds: [11], quick: false };
    const tries = items.flatMap((item) =>
      item
        .measure(context, Results.of([]))
        .verdicts.flatMap(({ investigation }) => (investigation?.tryIt ? [investigation.tryIt] : [])),
    );
    expect(tries.length).toBeGreaterThan(5);
    for (const { settings, level } of tries) {
      expect(changedRun(settings)).toMatchObject(settings);
      const { address, notices } = parseAddress(labLink(settings, level));
      expect(notices).toEqual([]);
      expect(address.page).toBe('lab');
    }
  });
});
