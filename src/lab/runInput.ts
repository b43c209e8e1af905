import {
  defaultRun,
  presetOptions,
  type AlgorithmOptions,
  type Preset,
  type RunConfig,
} from '../actguide/config.ts';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { InputError } from '../core/errors.ts';
import { searchDefaults, type SearchWorldOptions } from '../envs/search/index.ts';
import { requireManners } from '../methods/manners.ts';

/** Settings of every run. */
export const runNames = [
  'method',
  'preset',
  'policy',
  'seed',
  'steps',
  'tasksPerStep',
  'groupSize',
  'minibatches',
  'learningRate',
  'warmupUpdates',
  'gradClip',
  'temperature',
  'evalEvery',
  'evalTasks',
] as const satisfies readonly (keyof RunConfig)[];
export type RunName = (typeof runNames)[number];

/** Switches of the algorithm; `level` of an address is a level of tasks, so that of guidance has its own name. */
export const optionNames = [
  'guide',
  'guidanceLevel',
  'assembly',
  'guidedPrompt',
  'searchFrom',
  'probeFullPlan',
  'probeSize',
  'probeBudget',
  'unverified',
  'guidedRollouts',
  'successThreshold',
  'advantageStd',
  'aggregation',
  'clipEps',
  'dualClip',
  'klCoefficient',
  'klOnGuided',
  'actionNoise',
  'expertSkill',
  'opsdTeacher',
] as const satisfies readonly (Exclude<keyof AlgorithmOptions, 'level'> | 'guidanceLevel')[];
export type OptionName = (typeof optionNames)[number];

/** Switches of the search world. */
export const worldNames = [
  'taskSet',
  'maxTurns',
  'deadEnds',
  'staleAliases',
  'oneStaleLeak',
  'unprovenAnswers',
  'unrevealedPages',
  'manners',
] as const satisfies readonly (keyof SearchWorldOptions)[];
export type WorldName = (typeof worldNames)[number];
export type SwitchName = OptionName | WorldName;

export const settingNames = [...runNames, ...optionNames, ...worldNames] as const;
export type SettingName = (typeof settingNames)[number];
/** Settings as an address holds them and a person types them. */
export type SettingTexts = Readonly<Partial<Record<SettingName, string>>>;

const optionOf = (name: OptionName): keyof AlgorithmOptions => (name === 'guidanceLevel' ? 'level' : name);
const isOption = (name: SettingName): name is OptionName => optionNames.some((known) => known === name);
const isWorld = (name: SettingName): name is WorldName => worldNames.some((known) => known === name);

/** Text as the value it stands for; what reads as none of the kinds goes to the checker as it is. */
export function typed(text: string): number | string | boolean | null {
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true';
  if (trimmed === 'none') return null;
  return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
}

const textOf = (value: string | number | boolean | null): string => (value === null ? 'none' : String(value));

/** What a setting is where nothing is said about it. */
export function usualText(name: SettingName, preset: Preset): string {
  if (isOption(name)) return textOf(presetOptions[preset][optionOf(name)]);
  return textOf(isWorld(name) ? searchDefaults[name] : defaultRun[name]);
}

/** Settings as `parseRunConfig` takes them. */
function inputOf(texts: SettingTexts): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  const world: Record<string, unknown> = {};
  const run: Record<string, unknown> = { options, world };
  for (const name of settingNames) {
    const text = texts[name];
    if (text === undefined) continue;
    if (isOption(name)) options[optionOf(name)] = typed(text);
    else if (isWorld(name)) world[name] = typed(text);
    else run[name] = typed(text);
  }
  return run;
}

export type CheckedRun = { readonly config: RunConfig } | { readonly problem: string };

/**
 * The checked run, or what is wrong with the settings, in the checker's words and the address's names.
 * knownManners: those of the policy in place, once there is one.
 */
export function checkedRun(texts: SettingTexts, knownManners?: number): CheckedRun {
  try {
    const config = parseRunConfig(inputOf(texts));
    if (knownManners !== undefined) requireManners(config, knownManners);
    return { config };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const problem = error.message.replace(/^(?:options|world)\.(\w+)/, (_, name: string) =>
      name === 'level' ? 'guidanceLevel' : name,
    );
    return { problem: problem.replace('none (null)', 'none') };
  }
}

/** What is wrong with one setting by itself. */
export function problemOf(name: SettingName, text: string): string | undefined {
  const checked = checkedRun({ [name]: text });
  return 'problem' in checked ? checked.problem : undefined;
}

/** The settings of a run: switches only where they differ from the preset and the usual world. */
export function textsOf({ options, world, ...run }: RunConfig): SettingTexts {
  const texts: Partial<Record<SettingName, string>> = {};
  for (const name of runNames) texts[name] = textOf(run[name]);
  for (const name of [...optionNames, ...worldNames]) {
    const value = isOption(name) ? options[optionOf(name)] : (world?.[name] ?? searchDefaults[name]);
    if (textOf(value) !== usualText(name, run.preset)) texts[name] = textOf(value);
  }
  return texts;
}

/** Switches of a run that differ from its preset and the usual world, with their values. */
export function changedSwitches(config: RunConfig): string[] {
  const texts = textsOf(config);
  return [...optionNames, ...worldNames].flatMap((name) =>
    texts[name] === undefined ? [] : [`${name} ${texts[name]}`],
  );
}
