import type { RunConfig } from '../actguide/config.ts';
import { defaultRun, presetOptions } from '../actguide/config.ts';
import type { RolloutOptions } from '../actguide/rollout.ts';
import { gridDefaults, gridWorld, type GridWorldOptions } from '../envs/grid/index.ts';
import { searchDefaults, searchWorld, type SearchWorldOptions } from '../envs/search/index.ts';
import type { Environment } from '../envs/types.ts';
import type { PretrainSettings } from '../methods/pretrain.ts';
import type { LanguageModel, PolicySize } from '../policy/types.ts';

/** A world with these of its options changed. */
export type WorldSpec =
  | { readonly name: 'search'; readonly options: Partial<SearchWorldOptions> }
  | { readonly name: 'grid'; readonly options: Partial<GridWorldOptions> };

/** The environment of a spec. @throws InputError for options out of range. */
export const environmentOf = (world: WorldSpec): Environment =>
  world.name === 'grid' ? gridWorld(world.options) : searchWorld(world.options);

const defaultsOf = ({ name }: WorldSpec): object => (name === 'grid' ? gridDefaults : searchDefaults);

/** The world that the base policies were made for. */
export const plainWorld: WorldSpec = { name: 'search', options: {} };

/** A policy that is there before anything runs: shipped, or a file of one's own. */
export interface BasePolicy {
  readonly kind: 'base';
  readonly name: string;
}

/** Supervised learning on demonstrations from random weights: a base policy of another size or length. */
export interface Pretraining {
  readonly kind: 'pretrain';
  readonly policy: PolicySize;
  readonly settings: PretrainSettings;
}

/** One training run. */
export interface Training {
  readonly kind: 'train';
  readonly start: PolicySource;
  readonly world: WorldSpec;
  readonly config: RunConfig;
}

/** Where weights come from. */
export type PolicySource = BasePolicy | Pretraining | Training;

/** What a probe may look at while it runs. */
export type ProbeObserver = Pick<RolloutOptions, 'signal'>;

/** A measurement on one policy, without training. Yields the share that is done, returns JSON. */
export interface Probe<Args extends object, Result> {
  readonly name: string;
  /** Raised when the same arguments would give other numbers than before. */
  readonly version: number;
  /** How long it takes, in training steps; for the remaining time alone. */
  readonly work: number;
  run(
    policy: LanguageModel,
    environment: Environment,
    args: Args,
    observer: ProbeObserver,
  ): AsyncGenerator<number, Result>;
}

/** One measurement on one policy. */
export interface Probing<Result = unknown> {
  readonly kind: 'probe';
  readonly probe: string;
  readonly version: number;
  readonly work: number;
  readonly on: PolicySource;
  readonly world: WorldSpec;
  readonly args: object;
  readonly run: (
    policy: LanguageModel,
    environment: Environment,
    observer: ProbeObserver,
  ) => AsyncGenerator<number, Result>;
}

/** What is computed, kept and shared as a whole: whoever asks for the same unit gets the same numbers. */
export type Unit = Pretraining | Training | Probing;

/** A probe with its arguments, on a policy, in a world. */
export function probing<Args extends object, Result>(
  probe: Probe<Args, Result>,
  on: PolicySource,
  world: WorldSpec,
  args: Args,
): Probing<Result> {
  return {
    kind: 'probe',
    probe: probe.name,
    version: probe.version,
    work: probe.work,
    on,
    world,
    args,
    run: (policy, environment, observer) => probe.run(policy, environment, args, observer),
  };
}

/** Raised when a default of {@link defaultRun}, the paper's preset or the search world changes. */
const KEY_VERSION = 1;

/** JSON with sorted keys; entries that are undefined or functions are left out. */
export function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined && typeof entry !== 'function')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${canonical(entry)}`).join(',')}}`;
}

/** The entries of `values` that differ from `defaults`: a new setting at its default changes no key. */
function deviations(values: object, defaults: object): object {
  const usual: Record<string, unknown> = { ...defaults };
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => canonical(value) !== canonical(usual[name])),
  );
}

const worldIdentity = (world: WorldSpec): object => ({
  name: world.name,
  options: deviations(world.options, defaultsOf(world)),
});

/** What a unit depends on, as plain data; `base` gives the identity of a base policy. */
function identity(unit: Unit | BasePolicy, base: (name: string) => string): object {
  switch (unit.kind) {
    case 'base':
      return { base: base(unit.name) };
    case 'pretrain':
      return { pretrain: unit.policy, settings: unit.settings };
    case 'train': {
      const { options, ...run } = unit.config;
      return {
        train: { ...deviations(run, defaultRun), options: deviations(options, presetOptions.paper) },
        start: identity(unit.start, base),
        world: worldIdentity(unit.world),
      };
    }
    case 'probe': {
      const { probe, version, args, on, world } = unit;
      return { probe, version, args, on: identity(on, base), world: worldIdentity(world) };
    }
  }
}

/** Two units are the same when this text is: it names base policies instead of hashing them. */
export function unitId(unit: Unit): string {
  return canonical(identity(unit, (name) => name));
}

/** SHA-256, hexadecimal. */
export async function sha256(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', data);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Key under which a unit's record is kept: 32 hexadecimal digits of the SHA-256 of everything that its numbers
 * depend on but the sources and the adapter: settings, world, probe, and the SHA-256 of the base policy.
 */
export async function unitKey(unit: Unit, baseSha256: (name: string) => string): Promise<string> {
  const text = canonical({ version: KEY_VERSION, ...identity(unit, baseSha256) });
  return (await sha256(new TextEncoder().encode(text))).slice(0, 32);
}

/** The policy that a unit starts from or looks at; null for one that starts from random weights. */
export function sourceOf(unit: Unit): PolicySource | null {
  return unit.kind === 'train' ? unit.start : unit.kind === 'probe' ? unit.on : null;
}

/** A unit in words, for progress. */
export function describeUnit(unit: Unit | BasePolicy): string {
  switch (unit.kind) {
    case 'base':
      return unit.name;
    case 'pretrain':
      return `pretrain ${unit.policy}, ${unit.settings.updates} updates, seed ${unit.settings.seed}`;
    case 'train': {
      const { method, seed, policy, steps } = unit.config;
      const changed = Object.entries(deviations(unit.config.options, presetOptions.paper));
      const switches = changed.map(([name, value]) => `${name} ${String(value)}`);
      const world = worldInWords(unit.world);
      const start = unit.start.kind === 'base' ? [] : [`after ${describeUnit(unit.start)}`];
      return [`${method} ${policy}`, ...switches, ...world, `${steps} steps`, `seed ${seed}`, ...start].join(
        ', ',
      );
    }
    case 'probe':
      return [`${unit.probe} of ${describeUnit(unit.on)}`, ...worldInWords(unit.world)].join(', ');
  }
}

const worldInWords = (world: WorldSpec): string[] => [
  ...(world.name === 'search' ? [] : [world.name]),
  ...Object.entries(deviations(world.options, defaultsOf(world))).map(
    ([name, value]) => `${name} ${String(value)}`,
  ),
];
