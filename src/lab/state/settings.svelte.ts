import { defaultRun, type Method, type Preset, type RunConfig } from '../../actguide/config.ts';
import { parseRunConfig } from '../../actguide/runConfig.ts';
import { InputError } from '../../core/errors.ts';
import type { PolicySize } from '../../policy/types.ts';
import { settingNames, typed, type SettingName } from '../address.ts';

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

/** The settings of the next run, as typed: numbers stay text until they are checked. */
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

  /** What is wrong with each field, in the words of the checker. */
  readonly problems = $derived.by(() => {
    const found: Partial<Record<NumberField, string>> = {};
    for (const field of numberFields) {
      const problem = this.problem({ [field]: typed(this.numbers[field]) });
      if (problem) found[field] = problem;
    }
    return found;
  });

  /** The checked config, or the first problem. */
  readonly checked = $derived.by((): { config: RunConfig } | { problem: string } => {
    const numbers = Object.fromEntries(numberFields.map((field) => [field, typed(this.numbers[field])]));
    const raw = { method: this.method, preset: this.preset, policy: this.policy, ...numbers };
    const problem = this.problem(raw);
    return problem ? { problem } : { config: parseRunConfig(raw) };
  });

  /** Every setting as text, as an address holds it; a field that does not check is left out. */
  readonly asText = $derived.by(() => {
    const texts: Partial<Record<SettingName, string>> = {
      method: this.method,
      preset: this.preset,
      policy: this.policy,
    };
    for (const field of numberFields) if (!this.problems[field]) texts[field] = this.numbers[field].trim();
    return texts;
  });

  /** Takes over checked texts, as an address gives them. */
  adopt(texts: Readonly<Partial<Record<SettingName, string>>>): void {
    const values = Object.fromEntries(
      settingNames.flatMap((name) => (texts[name] === undefined ? [] : [[name, typed(texts[name])]])),
    );
    this.show(parseRunConfig(values), Object.keys(values));
  }

  /** Takes over the settings of a run. */
  show(config: RunConfig, names: readonly string[] = settingNames): void {
    const { method, preset, policy } = config;
    if (names.includes('method')) this.method = method;
    if (names.includes('preset')) this.preset = preset;
    if (names.includes('policy')) this.policy = policy;
    for (const field of numberFields) if (names.includes(field)) this.numbers[field] = String(config[field]);
  }

  private problem(raw: Record<string, unknown>): string | undefined {
    try {
      parseRunConfig(raw);
      return undefined;
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
  }
}
