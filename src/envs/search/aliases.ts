import { aliases, terms } from './vocabulary.ts';

/** A name behind which a page hides, and the query terms that go with it. All are token ids. */
export interface Alias {
  readonly alias: number;
  /** The term that opens it. */
  readonly right: number;
  /** The term that pretraining taught for it. */
  readonly prior: number;
  /** The prior does not open it. */
  readonly stale: boolean;
}

/** Index of the term that pretraining teaches for each alias. */
const prior = [6, 0, 1, 1, 1, 6, 6, 4, 0, 0, 2, 3, 4, 3, 2, 1];
/** Index of the right term of aliases 8-15 in the RL world. */
const staleRight = [1, 3, 4, 2, 3, 4, 6, 7];
const KNOWN = prior.length - staleRight.length;

/** The aliases of the RL world: 0-7 open with their prior term, 8-15 are stale and open with another. */
export const aliasTable: readonly Alias[] = aliases.map((alias, i) => {
  const right = i < KNOWN ? prior[i] : staleRight[i - KNOWN];
  return { alias, right: terms[right], prior: terms[prior[i]], stale: i >= KNOWN };
});

export const knownAliases = aliasTable.filter(({ stale }) => !stale);
export const staleAliases = aliasTable.filter(({ stale }) => stale);
