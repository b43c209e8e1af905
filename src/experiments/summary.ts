import type { ItemFile } from './judge.ts';
import type { Verdict } from './verdict.ts';

/** What a list of items says of one: how its claims were judged, from what. */
export interface ItemSummary extends Pick<ItemFile, 'item' | 'done' | 'provenance'> {
  readonly quick: boolean;
  readonly seeds: number;
  readonly verdicts: readonly Pick<Verdict, 'claim' | 'outcome'>[];
}

export const summaryOf = ({ item, done, provenance, context, verdicts }: ItemFile): ItemSummary => ({
  item,
  done,
  provenance,
  quick: context.quick,
  seeds: context.seeds.length,
  verdicts: verdicts.map(({ claim, outcome }) => ({ claim, outcome })),
});

/** Raised when what ships under `public/results` changes its form. */
export const SHIPPED_FORMAT = 1;

/** `public/results/index.json`: the items whose results ship with the lab. */
export interface ShippedIndex {
  readonly format: typeof SHIPPED_FORMAT;
  readonly items: readonly ItemSummary[];
}
