import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { storedTunings } from './tunings.ts';

const tuning = { tilings: { product: 'shared', tn: 'plain' } } as const;

it('keeps tunings by key', async () => {
  await storedTunings('kept').set('a', tuning);
  expect(await storedTunings('kept').get('a')).toEqual(tuning);
  expect(await storedTunings('kept').get('b')).toBeUndefined();
});

it('does without where the browser keeps nothing', async () => {
  const { indexedDB } = globalThis;
  Object.assign(globalThis, {
    indexedDB: {
      open: () => {
        throw new Error('private mode');
      },
    },
  });
  try {
    await expect(storedTunings('none').set('a', tuning)).resolves.toBeUndefined();
    expect(await storedTunings('none').get('a')).toBeUndefined();
  } finally {
    Object.assign(globalThis, { indexedDB });
  }
});
