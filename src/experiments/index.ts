import type { Item } from './item.ts';
import { fig3 } from './items/fig3.ts';
import { fig5 } from './items/fig5.ts';

export { csv } from './csv.ts';
export type { Figure, Panel, Point } from './figure.ts';
export { Results, type Item, type ItemContext, type Measurement, type Row, type Table } from './item.ts';
export {
  keyIn,
  runUnits,
  unitsToRun,
  type Laboratory,
  type PolicyHost,
  type RunEvent,
  type Weights,
} from './runner.ts';
export { MemoryStore, type RecordStore, type UnitRecord } from './store.ts';
export { quickRun } from './scale.ts';
export { describeUnit, sha256, unitId, unitKey, type Unit, type WorldSpec } from './units.ts';
export { outcomeInWords, type Verdict } from './verdict.ts';

/** Every figure and table that can be reproduced, in the order of the paper. */
export const items: readonly Item[] = [fig3, fig5];
