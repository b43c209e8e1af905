import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RECORD_SCHEMA, type UnitRecord } from '../experiments/index.ts';
import { ResultStore, type OwnResult } from './resultStore.ts';

let store: ResultStore;
let databases = 0;
beforeEach(async () => {
  store = await ResultStore.open(`results-${databases++}`);
});
afterEach(() => store.close());

const record = (key: string, result: unknown = 1): UnitRecord => ({
  schema: RECORD_SCHEMA,
  key,
  unit: {},
  base: {},
  provenance: {},
  wallMs: 3,
  kind: 'probe',
  result,
});
const own = (item: string, keys: string[]): OwnResult => ({
  item,
  result: { item, title: item } as OwnResult['result'],
  keys,
  runsDone: keys.length,
  runs: 9,
});

describe('ResultStore', () => {
  it('gives back records and weights, and null for what it has not', async () => {
    const weights = new Uint8Array([1, 2, 3]);
    await store.put(record('a', { x: [1, 2] }), weights);
    await store.put(record('b'));
    expect(await store.get('a')).toEqual(record('a', { x: [1, 2] }));
    expect(await store.weights('a')).toEqual(weights);
    expect(await store.weights('b')).toBeNull();
    expect(await store.get('c')).toBeNull();
    await store.put({ ...record('old'), schema: 0 as 1 });
    expect(await store.get('old')).toBeNull();
  });

  it('keeps one own result an item, with its data', async () => {
    await store.keep(own('fig3', ['a']), 'x\n1\n');
    await store.keep(own('fig3', ['a', 'b']), 'x\n1\n2\n');
    await store.keep(own('fig5', ['c']), '');
    expect((await store.results()).map(({ item, runsDone }) => [item, runsDone])).toEqual([
      ['fig3', 2],
      ['fig5', 1],
    ]);
    expect(await store.data('fig3')).toBe('x\n1\n2\n');
    expect(await store.data('fig9')).toBeNull();
  });

  it('discards an item with its records, but those that another needs', async () => {
    for (const key of ['a', 'b', 'c']) await store.put(record(key), new Uint8Array([7]));
    await store.keep(own('fig5', ['a', 'b']), 'x');
    await store.keep(own('fig6', ['b', 'c']), 'y');
    await store.discard('fig5');
    expect((await store.results()).map(({ item }) => item)).toEqual(['fig6']);
    expect(await store.data('fig5')).toBeNull();
    expect(await store.get('a')).toBeNull();
    expect(await store.weights('a')).toBeNull();
    expect(await store.weights('b')).toEqual(new Uint8Array([7]));
    expect(await store.get('c')).not.toBeNull();
    await store.discard('nothing');
    expect(await store.get('b')).not.toBeNull();
  });

  it('discards the records of every scale that an item was run at', async () => {
    for (const key of ['quick', 'full']) await store.put(record(key));
    await store.keep(own('fig3', ['quick']), 'x');
    await store.keep(own('fig3', ['full']), 'x');
    expect((await store.results()).map(({ keys, runsDone }) => [keys, runsDone])).toEqual([
      [['quick', 'full'], 1],
    ]);
    await store.discard('fig3');
    expect(await store.get('quick')).toBeNull();
    expect(await store.get('full')).toBeNull();
  });

  it('says so when there is no room, and nothing is half kept', async () => {
    const full = Object.assign(new Error('no room'), { name: 'QuotaExceededError' });
    const broken = {
      ...record('d'),
      result: {
        get x() {
          throw full;
        },
      },
    };
    await expect(store.put(broken, new Uint8Array([1]))).rejects.toThrow(
      'storage: expected room for a run, got a full quota. Delete runs or results',
    );
    expect(await store.get('d')).toBeNull();
    expect(await store.weights('d')).toBeNull();
  });
});
