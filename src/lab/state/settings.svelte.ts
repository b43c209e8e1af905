import { defaultRun, type Method, type Preset, type RunConfig } from '../../actguide/config.ts';
import type { PolicySize } from '../../policy/types.ts';
import {
  checkedRun,
  optionNames,
  problemOf,
  settingNames,
  textsOf,
  usualText,
  worldNames,
  type SettingName,
  type SettingTexts,
  type SwitchName,
} from '../runInput.ts';

/** Fields a person can get wrong by typing: the usual ones, and those under “More settings”. */
export const usualFields = ['seed', 'steps', 'tasksPerStep', 'groupSize', 'evalEvery', 'evalTasks'] as const;
export const moreFields = [
  'minibatches',
  'learningRate',
  'warmupUpdates',
  'gradClip',
  'temperature',
] as const;
export const numberFields = [...usualFields, ...moreFields] as const;
export type NumberField = (typeof numberFields)[number];
export const switchNames = [...optionNames, ...worldNames] as const;

/** The settings of the next run, as typed: text until they are checked. */
export class Settings {
  method = $state<Method>(defaultRun.method);
  preset = $state<Preset>(defaultRun.preset);
  policy = $state<PolicySize>(defaultRun.policy);
  numbers = $state(
    Object.fromEntries(numberFields.map((field) => [field, String(defaultRun[field])])) as Record<
      NumberField,
      string
    >,
  );
  /** Switches that differ from the preset, or from the usual world. */
  switches = $state<Partial<Record<SwitchName, string>>>({});

  /** Free tokens in the thoughts of the policy in place, once there is one. */
  knownManners = $state<number | undefined>();

  private readonly texts = $derived.by((): SettingTexts => {
    const { method, preset, policy, numbers, switches } = this;
    return { method, preset, policy, ...numbers, ...switches };
  });

  /** What is wrong with each field by itself, in the words of the checker. */
  readonly problems = $derived.by(() => {
    const found: Partial<Record<SettingName, string>> = {};
    for (const name of settingNames) {
      const text = this.texts[name];
      const problem = text === undefined ? undefined : problemOf(name, text);
      if (problem) found[name] = problem;
    }
    return found;
  });

  /** The checked config, or the first problem. */
  readonly checked = $derived(checkedRun(this.texts, this.knownManners));

  /** Settings that are fine by themselves and do not go together, or not with the policy: why. */
  readonly clash = $derived(
    'problem' in this.checked && Object.keys(this.problems).length === 0 ? this.checked.problem : undefined,
  );

  /** Every setting as text, as an address holds it; a field that does not check is left out. */
  readonly asText = $derived.by((): SettingTexts => {
    const { texts, problems } = this;
    const fine = settingNames.filter((name) => texts[name] !== undefined && !problems[name]);
    return Object.fromEntries(fine.map((name) => [name, texts[name]?.trim()]));
  });

  /** What a switch is set to: by hand, by the preset, or as the world usually is. */
  switched(name: SwitchName): string {
    return this.switches[name] ?? usualText(name, this.preset);
  }

  /** Sets a switch; what the preset says anyway is no difference. */
  switchTo(name: SwitchName, text: string): void {
    if (text.trim() === usualText(name, this.preset)) delete this.switches[name];
    else this.switches[name] = text;
  }

  /** All switches as the preset has them, and the usual world. */
  resetSwitches(): void {
    this.switches = {};
  }

  /** Takes over checked texts, as an address gives them; the other settings stay. */
  adopt(texts: SettingTexts): void {
    for (const name of settingNames) {
      const text = texts[name];
      if (text !== undefined) this.take(name, text);
    }
  }

  /** Takes over the settings of a run. */
  show(config: RunConfig): void {
    this.resetSwitches();
    this.adopt(textsOf(config));
  }

  private take(name: SettingName, text: string): void {
    const checked = checkedRun({ [name]: text });
    if (!('config' in checked)) return;
    if (name === 'method') this.method = checked.config.method;
    else if (name === 'preset') this.preset = checked.config.preset;
    else if (name === 'policy') this.policy = checked.config.policy;
    else if (isNumber(name)) this.numbers[name] = text;
    else this.switchTo(name, text);
  }
}

const isNumber = (name: SettingName): name is NumberField => numberFields.some((field) => field === name);
