import { doors, keys } from './vocabulary.ts';

/** A door colour and the keys that go with it. All are token ids. */
export interface Lock {
  readonly door: number;
  /** The key that opens it. */
  readonly right: number;
  /** The key that pretraining taught for it: the one of its own colour. */
  readonly prior: number;
  /** The lock was changed: its own colour does not open it. */
  readonly changed: boolean;
}

/** Index of the key that opens the doors 4-7 (white, black, purple, orange) in the RL world. */
const changedTo = [2, 6, 0, 1];
const KNOWN = doors.length - changedTo.length;

/** The doors of the RL world: 0-3 open with the key of their own colour, 4-7 have changed locks. */
export const lockTable: readonly Lock[] = doors.map((door, i) => {
  const right = i < KNOWN ? i : changedTo[i - KNOWN];
  return { door, right: keys[right], prior: keys[i], changed: i >= KNOWN };
});

export const ownLocks = lockTable.filter(({ changed }) => !changed);
export const changedLocks = lockTable.filter(({ changed }) => changed);
