/** Names of the items in the order of the paper; apart from the items themselves, which bring much code along. */
export const itemIds = [
  'fig3',
  'fig4',
  'table1',
  'table2',
  'fig5',
  'fig6',
  'table3',
  'table4',
  'fig7',
  'table5',
  'table6',
  'fig8',
  'table7',
  'table8',
  'appC',
  'released',
] as const;
export type ItemId = (typeof itemIds)[number];
