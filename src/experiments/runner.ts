import { releaseDecoders } from '../actguide/decoders.ts';
import type { StepMetrics } from '../actguide/config.ts';
import { LabError } from '../core/errors.ts';
import type { Environment } from '../envs/types.ts';
import { createTrainer } from '../methods/index.ts';
import { pretrain } from '../methods/pretrain.ts';
import { initialParameters } from '../policy/parameters.ts';
import { policySizes, type PolicyConfig, type TrainablePolicy } from '../policy/types.ts';
import { plainUnit, RECORD_SCHEMA, type RecordStore, type UnitRecord } from './store.ts';
import {
  sourceOf,
  unitKey,
  type PolicySource,
  type Pretraining,
  type Probing,
  type Training,
  type Unit,
  type WorldSpec,
} from './units.ts';

export interface Weights {
  readonly config: PolicyConfig;
  /** The flat vector of `parameterLayout(config)`. */
  readonly parameters: Float32Array;
}

/** Policies as the runner's host has them: on a GPU, and as files. */
export interface PolicyHost {
  /** @throws InputError for a name that is none. */
  base(name: string): { readonly sha256: string; readonly weights: Weights };
  create(weights: Weights): Promise<TrainablePolicy>;
  encode(weights: Weights): Uint8Array<ArrayBuffer>;
  decode(bytes: Uint8Array<ArrayBuffer>): Weights;
}

export interface Laboratory {
  readonly store: RecordStore;
  readonly host: PolicyHost;
  readonly environment: (world: WorldSpec) => Environment;
  /** Commit, adapter and the like of what starts now. */
  readonly provenance: () => object;
  readonly signal?: AbortSignal;
}

/** A unit with its key, that is still to be run. */
export interface PlannedUnit {
  readonly unit: Unit;
  readonly key: string;
}

/** What happened, and how far all of it is. */
export interface RunEvent extends PlannedUnit {
  /** Of `total`: steps of training, and shares of what is no training, of the units that had to be run. */
  readonly done: number;
  readonly total: number;
  /** A training step that has just been made. */
  readonly step?: StepMetrics;
  /** The unit's record, once it is kept. */
  readonly record?: UnitRecord;
}

export const keyIn = ({ host }: Pick<Laboratory, 'host'>, unit: Unit): Promise<string> =>
  unitKey(unit, (name) => host.base(name).sha256);

/**
 * The distinct units that have no record yet, each after those whose weights it needs. A run whose weights are
 * gone is made again where something else needs them.
 */
export async function unitsToRun(units: readonly Unit[], lab: Laboratory): Promise<PlannedUnit[]> {
  const planned = new Map<string, PlannedUnit>();
  const visit = async (unit: Unit, needsWeights: boolean): Promise<void> => {
    const key = await keyIn(lab, unit);
    if (planned.has(key)) return;
    const record = await lab.store.get(key);
    if (record && !(needsWeights && (await lab.store.weights(key)) === null)) return;
    const source = sourceOf(unit);
    if (source && source.kind !== 'base') await visit(source, true);
    planned.set(key, { unit, key });
  };
  for (const unit of units) await visit(unit, false);
  return [...planned.values()];
}

/** How long a unit takes, in training steps. */
const workOf = (unit: Unit): number =>
  unit.kind === 'train'
    ? unit.config.steps
    : unit.kind === 'pretrain'
      ? unit.settings.updates / UPDATES_PER_STEP
      : unit.work;

/** Updates of pretraining that take as long as a training step. */
const UPDATES_PER_STEP = 20;

/**
 * Runs the units that have no record yet, one after another, and keeps each record as soon as it is whole: after
 * an interruption the next call goes on with the unit that was cut short.
 * @throws the signal's reason when aborted, and whatever the store throws.
 */
export async function* runUnits(units: readonly Unit[], lab: Laboratory): AsyncGenerator<RunEvent, void> {
  const planned = await unitsToRun(units, lab);
  const total = planned.reduce((sum, { unit }) => sum + workOf(unit), 0);
  let before = 0;
  for (const { unit, key } of planned) {
    lab.signal?.throwIfAborted();
    const work = workOf(unit);
    for await (const { share, ...event } of runUnit(unit, key, lab))
      yield { unit, key, done: before + share * work, total, ...event };
    before += work;
  }
}

/** Something that happened within a unit, of which `share` is done. */
type UnitEvent = Pick<RunEvent, 'step' | 'record'> & { readonly share: number };

async function* runUnit(unit: Unit, key: string, lab: Laboratory): AsyncGenerator<UnitEvent> {
  const provenance = lab.provenance();
  const began = performance.now();
  const policy = await lab.host.create(await startOf(unit, lab));
  const base = rootBase(unit);
  const header = () => ({
    schema: RECORD_SCHEMA as typeof RECORD_SCHEMA,
    key,
    unit: plainUnit(unit),
    base: base === null ? {} : { [base]: lab.host.base(base).sha256 },
    provenance,
    wallMs: Math.round(performance.now() - began),
  });
  const keepWith = async (record: UnitRecord): Promise<UnitEvent> => {
    const parameters = await policy.parameters();
    await lab.store.put(record, lab.host.encode({ config: policy.config, parameters }));
    return { share: 1, record };
  };
  try {
    if (unit.kind === 'train') {
      const steps: StepMetrics[] = [];
      yield* trainingSteps(unit, policy, lab, steps);
      const success = steps.at(-1)?.success;
      if (!success) throw new LabError('runUnits: expected an evaluation after the last step, got none.');
      yield await keepWith({ ...header(), kind: 'train', steps, success });
    } else if (unit.kind === 'pretrain') {
      const curve: [number, number][] = [];
      yield* pretrainingUpdates(unit, policy, lab, curve);
      yield await keepWith({ ...header(), kind: 'pretrain', curve });
    } else {
      const result = yield* probeShares(unit, policy, lab);
      const record: UnitRecord = { ...header(), kind: 'probe', result };
      await lab.store.put(record);
      yield { share: 1, record };
    }
  } finally {
    releaseDecoders(policy);
    policy.destroy();
  }
}

async function* trainingSteps(
  { world, config }: Training,
  policy: TrainablePolicy,
  { environment, signal }: Laboratory,
  steps: StepMetrics[],
): AsyncGenerator<UnitEvent> {
  const trainer = createTrainer(policy, environment(world), config);
  while (!trainer.finished) {
    signal?.throwIfAborted();
    const step = await trainer.step({ signal });
    steps.push(step);
    yield { share: steps.length / config.steps, step };
  }
}

const CURVE_POINTS = 100;

async function* pretrainingUpdates(
  { settings }: Pretraining,
  policy: TrainablePolicy,
  { signal }: Laboratory,
  curve: [number, number][],
): AsyncGenerator<UnitEvent> {
  const every = Math.ceil(settings.updates / CURVE_POINTS);
  for await (const { update, loss } of pretrain(policy, settings)) {
    signal?.throwIfAborted();
    if (update % every !== 0 && update !== 1) continue;
    curve.push([update, loss]);
    yield { share: update / settings.updates };
  }
}

async function* probeShares(
  { run, world }: Probing,
  policy: TrainablePolicy,
  { environment, signal }: Laboratory,
): AsyncGenerator<UnitEvent, unknown> {
  const stream = run(policy, environment(world), { signal });
  for (;;) {
    signal?.throwIfAborted();
    const next = await stream.next();
    if (next.done) return next.value;
    yield { share: next.value };
  }
}

/** The weights that a unit starts with. */
async function startOf(unit: Unit, lab: Laboratory): Promise<Weights> {
  if (unit.kind === 'pretrain') {
    const config = policySizes[unit.policy];
    return { config, parameters: initialParameters(config, unit.settings.seed) };
  }
  const source = unit.kind === 'train' ? unit.start : unit.on;
  if (source.kind === 'base') return lab.host.base(source.name).weights;
  const key = await keyIn(lab, source);
  const bytes = await lab.store.weights(key);
  if (!bytes) throw new LabError(`runUnits: expected the weights of run ${key}, got none. Start again.`);
  return lab.host.decode(bytes);
}

/** Name of the base policy at the root of a unit. */
function rootBase(unit: Unit): string | null {
  let source: PolicySource | null = sourceOf(unit);
  while (source && source.kind !== 'base') source = sourceOf(source);
  return source?.name ?? null;
}
