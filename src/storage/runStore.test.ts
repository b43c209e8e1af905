import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunStore } from './runStore.ts';
import { checkpointOf, stepOf, storedRun } from './testing/storedRun.ts';

let store: RunStore;
let name = 0;
const { run } = storedRun();
const fresh = { ...run, start: null, stepsDone: 0, checkpointStep: null };

beforeEach(async () => (store = await RunStore.open(`test-${name++}`)));
afterEach(() => store.close());

describe('the store of runs', () => {
  it('keeps a run as it grows: steps one by one, weights whole', async () => {
    await store.create(fresh);
    await store.setStart(run.id, run.start);
    for (const step of [0, 1]) await store.append(run.id, stepOf(step));
    await store.keep(run.id, checkpointOf(2));
    await store.append(run.id, stepOf(2));
    expect(await store.read(run.id)).toEqual(storedRun());
    expect(await store.list()).toEqual([run]);
  });

  it('lists the newest first and keeps steps apart', async () => {
    await store.create({ ...fresh, id: 'a', createdAt: '2026-01-01T00:00:00.000Z' });
    await store.create({ ...fresh, id: 'b', createdAt: '2026-01-02T00:00:00.000Z' });
    await store.append('a', stepOf(0));
    expect((await store.list()).map(({ id }) => id)).toEqual(['b', 'a']);
    expect(await store.steps('b')).toEqual([]);
    expect(await store.steps('a')).toEqual([stepOf(0)]);
  });

  it('forgets a deleted run, and what still arrives for it', async () => {
    await store.create(fresh);
    await store.append(run.id, stepOf(0));
    await store.keep(run.id, checkpointOf(1));
    await store.delete(run.id);
    await store.append(run.id, stepOf(1));
    await store.keep(run.id, checkpointOf(2));
    expect(await store.list()).toEqual([]);
    expect(await store.steps(run.id)).toEqual([]);
    await expect(store.read(run.id)).rejects.toThrow('which is none');
  });

  it('goes back to the step that a resumed run goes on from', async () => {
    const id = await store.import(await exported());
    await store.rewind(id, 2);
    expect((await store.read(id)).run.stepsDone).toBe(2);
    expect((await store.steps(id)).map(({ step }) => step)).toEqual([0, 1]);
  });

  it('renames, stars and annotates, within bounds', async () => {
    await store.create(fresh);
    await store.label(run.id, { name: 'Mine', starred: false, notes: 'odd' });
    expect((await store.list())[0]).toEqual({ ...fresh, name: 'Mine', starred: false, notes: 'odd' });
    await expect(store.label(run.id, { name: '  ' })).rejects.toThrow('expected 1 to 120 characters, got 0');
    await expect(store.label(run.id, { notes: 'x'.repeat(10_001) })).rejects.toThrow('got 10001');
  });

  it('exports one file and imports it under a new id; a damaged one leaves nothing behind', async () => {
    const bytes = await exported();
    const id = await store.import(bytes);
    expect(id).not.toBe(run.id);
    expect(await store.read(id)).toEqual({ ...storedRun(), run: { ...run, id } });
    await store.delete(id);
    await expect(store.import(bytes.subarray(0, 500))).rejects.toThrow('another checksum');
    expect((await store.list()).map((kept) => kept.id)).toEqual([run.id]);
  });
});

async function exported(): Promise<Uint8Array> {
  await store.create(fresh);
  await store.setStart(run.id, run.start);
  for (const step of [0, 1, 2]) await store.append(run.id, stepOf(step));
  await store.keep(run.id, checkpointOf(2));
  return store.export(run.id);
}
