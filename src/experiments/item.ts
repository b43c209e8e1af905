import type { RunChange, RunConfig } from '../actguide/config.ts';
import type { Figure } from './figure.ts';
import { keyIn, type Laboratory } from './runner.ts';
import type { PretrainingRecord, ProbeRecord, TrainingRecord, UnitRecord } from './store.ts';
import {
  plainWorld,
  unitId,
  type PolicySource,
  type Pretraining,
  type Probing,
  type Training,
  type Unit,
  type WorldSpec,
} from './units.ts';
import type { Verdict } from './verdict.ts';

/** At which scale, from which policy and with which seeds an item is made. */
export interface ItemContext {
  /** Name of the base policy. */
  readonly base: string;
  /** Settings that every run of the item starts from; the item varies the rest. */
  readonly run: RunConfig;
  readonly seeds: readonly number[];
  /** Fewer tasks and steps: for a look, not for a verdict. */
  readonly quick: boolean;
}

export type Cell = string | number | null;
/** One line of long-form data: what the CSV holds. */
export type Row = Readonly<Record<string, Cell>>;

export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What an item's data say. Made from whatever is there: missing runs leave gaps, never guesses. */
export interface Measurement {
  readonly rows: readonly Row[];
  readonly tables: readonly Table[];
  readonly figure: Figure | null;
  readonly verdicts: readonly Verdict[];
}

/** A figure or table of the paper. */
export interface Item {
  readonly id: string;
  readonly title: string;
  /** Where it is in the paper. */
  readonly reference: string;
  /** What is varied and what is kept. */
  readonly design: string;
  /** The paper's numbers, as it prints them; null where it prints none. */
  readonly paper: Table | null;
  units(context: ItemContext): readonly Unit[];
  measure(context: ItemContext, results: Results): Measurement;
}

/** A training run of the context from a seed, with some settings changed. */
export function training(
  { base, run }: ItemContext,
  seed: number,
  { options, ...change }: RunChange = {},
  {
    start = { kind: 'base', name: base },
    world = plainWorld,
  }: { start?: PolicySource; world?: WorldSpec } = {},
): Training {
  const config: RunConfig = { ...run, ...change, seed, options: { ...run.options, ...options } };
  return { kind: 'train', start, world, config };
}

/** The records that are there, by unit. */
export class Results {
  private constructor(private readonly records: ReadonlyMap<string, UnitRecord>) {}

  static of(pairs: Iterable<readonly [Unit, UnitRecord]>): Results {
    return new Results(new Map(Array.from(pairs, ([unit, record]) => [unitId(unit), record])));
  }

  static async load(units: readonly Unit[], lab: Pick<Laboratory, 'host' | 'store'>): Promise<Results> {
    const pairs: [Unit, UnitRecord][] = [];
    for (const unit of units) {
      const record = await lab.store.get(await keyIn(lab, unit));
      if (record) pairs.push([unit, record]);
    }
    return Results.of(pairs);
  }

  /** Null while the unit has no record. */
  of(unit: Training): TrainingRecord | null;
  of(unit: Pretraining): PretrainingRecord | null;
  of<Result>(unit: Probing<Result>): ProbeRecord<Result> | null;
  of(unit: Unit): UnitRecord | null {
    return this.records.get(unitId(unit)) ?? null;
  }
}
