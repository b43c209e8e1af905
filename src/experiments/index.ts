import type { Item } from './item.ts';
import { appC } from './items/appC.ts';
import { fig3 } from './items/fig3.ts';
import { fig4 } from './items/fig4.ts';
import { fig5 } from './items/fig5.ts';
import { fig6 } from './items/fig6.ts';
import { fig7 } from './items/fig7.ts';
import { fig8 } from './items/fig8.ts';
import { releasedCode } from './items/releasedCode.ts';
import { table1 } from './items/table1.ts';
import { table2 } from './items/table2.ts';
import { table3 } from './items/table3.ts';
import { table4 } from './items/table4.ts';
import { table5 } from './items/table5.ts';
import { table6 } from './items/table6.ts';
import { table7 } from './items/table7.ts';
import { table8 } from './items/table8.ts';

export { csv } from './csv.ts';
export { sideBySide, type Figure, type Panel, type Point } from './figure.ts';
export { itemIds, type ItemId } from './ids.ts';
export {
  Results,
  type Cell,
  type Item,
  type ItemContext,
  type Measurement,
  type Row,
  type Table,
} from './item.ts';
export { ITEM_SCHEMA, judgeItem, type ItemFile } from './judge.ts';
export {
  keyIn,
  runUnits,
  unitsToRun,
  type Laboratory,
  type PolicyHost,
  type RunEvent,
  type Weights,
} from './runner.ts';
export { differencesOf, type Difference } from './sameNumbers.ts';
export { MemoryStore, RECORD_SCHEMA, type RecordStore, type UnitRecord } from './store.ts';
export { itemContext, quickRun } from './scale.ts';
export {
  describeUnit,
  environmentOf,
  plainWorld,
  sha256,
  sourceOf,
  unitId,
  unitKey,
  type PolicySource,
  type Unit,
  type WorldSpec,
} from './units.ts';
export { SHIPPED_FORMAT, summaryOf, type ItemSummary, type ShippedIndex } from './summary.ts';
export { isInvestigated, outcomeInWords, type Investigation, type Verdict } from './verdict.ts';

/** Every figure and table that can be reproduced, in the order of the paper. */
export const items: readonly Item[] = [
  fig3,
  fig4,
  table1,
  table2,
  fig5,
  fig6,
  table3,
  table4,
  fig7,
  table5,
  table6,
  fig8,
  table7,
  table8,
  appC,
  releasedCode,
];
