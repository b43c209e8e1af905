import * as v from 'valibot';
import { InputError } from '../core/errors.ts';
import {
  longestEpisode,
  longestPlan,
  searchDefaults,
  searchTaskSets,
  type SearchWorldOptions,
} from '../envs/search/index.ts';
import { STEP_TOKENS } from '../envs/prompt.ts';
import { policySizes, type PolicySize } from '../policy/types.ts';
import { actionLineSchema } from './actionData.ts';
import {
  defaultRun,
  methods,
  presetOptions,
  presets,
  type AlgorithmOptions,
  type RunConfig,
} from './config.ts';

/** A value as a person would recognise it in a message. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    const short = value.length > 40 ? `${value.slice(0, 40)}…` : value;
    // Text that reads as a number, or as nothing, is quoted to tell it from the number.
    return short.trim() === '' || Number.isFinite(Number(short)) ? `the text "${short}"` : short;
  }
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}

/** `a`, `a or b`, `a, b or c`. */
function alternatives(items: readonly unknown[]): string {
  const words = items.map(String);
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** A value for which `holds`; the message says `expected {what}, got …`. */
function field<T>(what: string, holds: (value: unknown) => boolean): v.GenericSchema<T> {
  return v.custom<T>(holds, ({ input }) => `expected ${what}, got ${show(input)}.`);
}

function oneOf<const T extends readonly (string | number)[]>(values: T): v.GenericSchema<T[number]> {
  return field(alternatives(values), (value) => values.some((known) => known === value));
}

const boolean = field<boolean>('true or false', (value) => typeof value === 'boolean');

function within(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && value >= min && value <= max;
}

function integer(min: number, max: number): v.GenericSchema<number> {
  return field(
    `an integer from ${min} to ${max}`,
    (value) => within(value, min, max) && Number.isInteger(value),
  );
}

/** A number in [min, max]. */
function number(min: number, max: number): v.GenericSchema<number> {
  return field(`a number from ${min} to ${max}`, (value) => within(value, min, max));
}

/** A number in (min, max]. */
function above(min: number, max: number): v.GenericSchema<number> {
  return field(`a number above ${min}, at most ${max}`, (value) => within(value, min, max) && value > min);
}

/** `schema`, or the one value beside it; `what` names both. */
function orElse<T extends string | null>(schema: v.GenericSchema<number>, other: T, what: string) {
  return field<number | T>(what, (value) => value === other || v.is(schema, value));
}

const MAX_PROBES = 64;
/** Plans then grow tenfold: the longest still leaves a whole episode its room in the context. */
const MAX_ACTION_NOISE = 0.9;

const optionFields = {
  guide: oneOf(['failed', 'always']),
  level: orElse(number(0, 1), 'minimal', 'a number from 0 to 1 or minimal'),
  guidedPrompt: oneOf(['unguided', 'guided']),
  actionNoise: number(0, MAX_ACTION_NOISE),
  expertSkill: above(0, 1),
  opsdTeacher: oneOf(['policy', 'reference']),
  assembly: oneOf(['union', 'replace']),
  searchFrom: oneOf([0, 1]),
  probeFullPlan: boolean,
  probeSize: orElse(integer(1, 64), 'group', 'an integer from 1 to 64 or group'),
  probeBudget: orElse(integer(1, MAX_PROBES), null, `an integer from 1 to ${MAX_PROBES}, or none (null)`),
  unverified: oneOf(['skip', 'use']),
  guidedRollouts: oneOf(['probe', 'fresh']),
  successThreshold: above(0, 1),
  advantageStd: oneOf(['population', 'unbiased']),
  aggregation: oneOf(['token', 'sequence']),
  clipEps: above(0, 1),
  dualClip: orElse(above(1, 100), null, 'a number above 1, at most 100, or none (null)'),
  klCoefficient: number(0, 10),
  klOnGuided: boolean,
} satisfies Record<keyof AlgorithmOptions, v.GenericSchema>;

/** Most demonstrations of a run: they are kept with it. */
const MAX_DEMONSTRATIONS = 2000;

/** What a run without demonstrations has not. */
const demonstrationFields = {
  demonstrations: v.optional(
    v.pipe(
      v.array(actionLineSchema, ({ input }) => `expected a list of action data, got ${show(input)}.`),
      v.maxLength(MAX_DEMONSTRATIONS, `expected at most ${MAX_DEMONSTRATIONS} demonstrations, got more.`),
      v.check(
        (lines) => new Set(lines.map(({ task }) => task)).size === lines.length,
        'expected each task once, got one again.',
      ),
    ),
  ),
  demonstratedTasks: v.optional(integer(0, 256)),
};

/** Turn limit that still fits a context without manners or noise; {@link requireRoom} knows the rest. */
const MAX_TURNS = 33;

const worldFields = {
  taskSet: oneOf(searchTaskSets),
  maxTurns: integer(1, MAX_TURNS),
  deadEnds: boolean,
  staleAliases: integer(1, 8),
  oneStaleLeak: boolean,
  unprovenAnswers: boolean,
  unrevealedPages: boolean,
  manners: integer(0, 4),
} satisfies Record<keyof SearchWorldOptions, v.GenericSchema>;

const runFields = {
  method: oneOf(methods),
  policy: oneOf(Object.keys(policySizes) as PolicySize[]),
  preset: oneOf(presets),
  seed: integer(0, 2 ** 32 - 1),
  steps: integer(1, 10_000),
  tasksPerStep: integer(1, 256),
  groupSize: integer(2, 64),
  minibatches: integer(1, 64),
  learningRate: above(0, 1),
  warmupUpdates: integer(0, 10_000),
  gradClip: above(0, 1000),
  // From where `sample` divides logits by it; 0 would take the same rollout N times.
  temperature: number(1e-3, 5),
  evalEvery: integer(1, 10_000),
  evalTasks: integer(1, 1024),
} satisfies Record<
  Exclude<keyof RunConfig, 'options' | 'world' | keyof typeof demonstrationFields>,
  v.GenericSchema
>;

/** The object's own entries. @throws InputError unless it is a plain object whose keys are all in `fields`. */
function plainObject(where: string, input: unknown, fields: readonly string[]): Record<string, unknown> {
  const prototype: unknown =
    typeof input === 'object' && input !== null ? Object.getPrototypeOf(input) : undefined;
  if (prototype !== Object.prototype && prototype !== null)
    throw new InputError(`${where}: expected an object of settings, got ${show(input)}.`);
  // Own keys, so that `__proto__` in a JSON text is seen and refused like any other unknown one.
  for (const key of Reflect.ownKeys(input as object))
    if (typeof key !== 'string' || !fields.includes(key))
      throw new InputError(
        `${where}: expected known settings, got ${show(String(key))}. Known are ${fields.join(', ')}.`,
      );
  return { ...(input as Record<string, unknown>) };
}

/** Checks every entry against its field. @throws InputError for the first that does not fit. */
function checked<T>(prefix: string, schemas: Readonly<Record<string, v.GenericSchema>>, values: object): T {
  const result = v.safeParse(v.object(schemas), values, { abortEarly: true });
  if (result.success) return result.output as T;
  const [issue] = result.issues;
  throw new InputError(`${prefix}${v.getDotPath(issue) ?? 'runConfig'}: ${issue.message}`);
}

/**
 * A complete run from the settings given: what is left out comes from {@link defaultRun}, and algorithm
 * options from the preset, of which single ones can be overridden under `options`. Settings that are
 * `undefined` count as left out. `world` keeps what differs from the world of the base policies.
 * @throws InputError `field: expected X, got Y` for unknown settings, values out of range, and settings that do
 * not go together.
 */
export function parseRunConfig(input: unknown): RunConfig {
  const given = plainObject('runConfig', input, [
    ...Object.keys(runFields),
    'options',
    'world',
    ...Object.keys(demonstrationFields),
  ]);
  const overrides = plainObject('options', given.options ?? {}, Object.keys(optionFields));
  const changed = plainObject('world', given.world ?? {}, Object.keys(worldFields));
  delete given.options;
  delete given.world;
  const schemas = { ...runFields, ...demonstrationFields };
  const run = checked<Omit<RunConfig, 'options' | 'world'>>('', schemas, {
    ...defaultRun,
    ...defined(given),
  });
  const options = checked<AlgorithmOptions>('options.', optionFields, {
    ...presetOptions[run.preset],
    ...defined(overrides),
  });
  const world = checked<SearchWorldOptions>('world.', worldFields, {
    ...searchDefaults,
    ...defined(changed),
  });
  requireRoom(run, options, world);
  const unusual = Object.entries(world).filter(
    ([name, value]) => value !== searchDefaults[name as keyof SearchWorldOptions],
  );
  return { ...run, options, ...(unusual.length > 0 && { world: Object.fromEntries(unusual) }) };
}

/** @throws InputError when an episode under the longest noisy plan, a demonstrated one too, would not fit the context. */
function requireRoom(
  { policy, demonstrations = [] }: Pick<RunConfig, 'policy' | 'demonstrations'>,
  { actionNoise }: AlgorithmOptions,
  { maxTurns, manners }: SearchWorldOptions,
): void {
  const { context } = policySizes[policy];
  const actions = Math.max(longestPlan, ...demonstrations.map((line) => line.actions.length));
  // Rounding must not add an action: 8 · 0.9 / 0.1 is a little more than 72.
  const noise = Math.ceil((actions * actionNoise) / (1 - actionNoise) - 1e-9);
  const tokens = longestEpisode(maxTurns, STEP_TOKENS + manners) + 2 * (actions - longestPlan + noise);
  const demonstrated = actions > longestPlan ? ` under a demonstration of ${actions} actions` : '';
  if (tokens > context)
    throw new InputError(
      `world.maxTurns: expected episodes of up to ${context} tokens, the context of ${policy}, got ${tokens} with ` +
        `${maxTurns} turns, ${manners} manners and action noise ${actionNoise}${demonstrated}. Lower one of them.`,
    );
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
