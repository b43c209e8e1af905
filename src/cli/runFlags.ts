import type { Command } from 'commander';
import { defaultRun, methods, presets, type AlgorithmOptions, type RunConfig } from '../actguide/config.ts';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { InputError } from '../core/errors.ts';
import { policySizes } from '../policy/types.ts';
import { worldFlag } from './worldFlags.ts';

type Field = Exclude<keyof RunConfig, 'options'> | keyof AlgorithmOptions;

interface Flag {
  readonly field: Field;
  readonly flag: string;
  readonly value: string;
  readonly help: string;
}

const flag = (field: Field, name: string, value: string, help: string): Flag => ({
  field,
  flag: name,
  value,
  help,
});
const oneOf = (...values: readonly (string | number)[]): string => `<${values.join('|')}>`;

/** Settings of a run. A default of the form `preset` is the preset's. */
const runFlags: readonly Flag[] = [
  flag('method', '--method', oneOf(...methods), 'training method'),
  flag('policy', '--policy', oneOf(...Object.keys(policySizes)), 'size of the shipped base policy'),
  flag('preset', '--preset', oneOf(...presets), 'values of the algorithm switches below'),
  flag('seed', '--seed', '<n>', 'seed of tasks and sampling: same seed and adapter, same bits'),
  flag('steps', '--steps', '<n>', 'training steps'),
  flag('tasksPerStep', '--tasks', '<n>', 'tasks a step (M)'),
  flag('groupSize', '--group-size', '<n>', 'rollouts a group (N)'),
  flag('minibatches', '--minibatches', '<n>', 'updates a step'),
  flag('learningRate', '--lr', '<x>', 'learning rate of AdamW'),
  flag('warmupUpdates', '--warmup', '<n>', 'updates over which the learning rate rises'),
  flag('gradClip', '--grad-clip', '<x>', 'largest gradient norm'),
  flag('temperature', '--temperature', '<x>', 'sampling temperature of training rollouts'),
  flag('evalEvery', '--eval-every', '<n>', 'steps between evaluations; the last step always evaluates'),
  flag('evalTasks', '--eval-tasks', '<n>', 'unguided evaluation rollouts a level'),
];

/** The switches in which the paper, its ablations and the released code differ. */
const algorithmFlags: readonly Flag[] = [
  flag('guide', '--guide', '<failed|always>', 'guidance where the unguided group failed, or for every task'),
  flag('level', '--level', '<minimal|x>', 'guidance: the least that recovers reward, or a share of the plan'),
  flag(
    'guidedPrompt',
    '--guided-prompt',
    '<unguided|guided>',
    'prompt that guided rollouts are trained under',
  ),
  flag('actionNoise', '--action-noise', '<x>', 'share of irrelevant actions in the plans that guide'),
  flag('expertSkill', '--expert-skill', '<x>', 'probability that a step of the expert of sft is right'),
  flag('opsdTeacher', '--opsd-teacher', '<policy|reference>', 'whose guided words opsd learns'),
  flag('assembly', '--assembly', '<union|replace>', 'group after fallback'),
  flag('searchFrom', '--search-from', '<0|1>', 'least guidance level that is searched'),
  flag('probeFullPlan', '--probe-full-plan', '<true|false>', 'whether the whole plan may be probed'),
  flag('probeSize', '--probe-size', '<n|group>', 'rollouts a probe'),
  flag('probeBudget', '--probe-budget', '<n|none>', 'most probes a task'),
  flag('unverified', '--unverified', '<skip|use>', 'when no level succeeded'),
  flag('guidedRollouts', '--guided-rollouts', '<probe|fresh>', 'guided rollouts that are trained on'),
  flag('successThreshold', '--success-threshold', '<x>', 'reward from which a rollout succeeds (δ)'),
  flag('advantageStd', '--advantage-std', '<population|unbiased>', 'denominator of the advantage'),
  flag('aggregation', '--aggregation', '<token|sequence>', 'mean of the loss'),
  flag('clipEps', '--clip-eps', '<x>', 'clip range of the ratio (ε)'),
  flag('dualClip', '--dual-clip', '<x|none>', 'dual clip constant'),
  flag('klCoefficient', '--kl', '<x>', 'weight of the KL term (β)'),
  flag('klOnGuided', '--kl-on-guided', '<true|false>', 'KL term on guided rollouts too'),
];

/** Numbers, truth values and, where the flag knows it, `none` become values; the rest is left to the parser. */
function valueOf({ value: form }: Flag, text: string): string | number | boolean | null {
  if (text === 'none' && form.includes('none')) return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Adds the flags of a training run to a command, but for the fields that the command sets itself. */
export function addRunFlags(command: Command, without: readonly Field[] = []): void {
  for (const { field, flag, value: form, help } of runFlags.filter((f) => !without.includes(f.field)))
    command.option(`${flag} ${form}`, `${help} (default: ${defaultRun[field as keyof typeof defaultRun]})`);
  for (const { flag, value: form, help } of algorithmFlags)
    command.option(`${flag} ${form}`, `${help} (default: preset)`);
}

/** What the flags ask for, as `parseRunConfig` takes it: only the fields that were given. */
export function runInput(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = (flags: readonly Flag[]): [string, unknown][] =>
    flags.flatMap((known) => {
      const text = options[optionName(known.flag)];
      return typeof text === 'string' ? [[known.field, valueOf(known, text)]] : [];
    });
  return { ...Object.fromEntries(given(runFlags)), options: Object.fromEntries(given(algorithmFlags)) };
}

/** Commander's name of a flag: `--group-size` → `groupSize`. */
const optionName = (flag: string): string =>
  flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/**
 * `parseRunConfig`, whose errors then speak as {@link inFlags} has it, and name the remedy.
 * @throws InputError for the first setting that does not fit.
 */
export function parseRunFlags(input: Record<string, unknown>): RunConfig {
  return inFlags(() => parseRunConfig(input), ' `npx actguide train --help` explains the options.');
}

/**
 * What `check` returns; its errors speak of `--group-size`, `--max-turns` and `none`, as typed, and end with `remedy`.
 * @throws InputError as `check` does.
 */
export function inFlags<T>(check: () => T, remedy = ''): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const all = [...runFlags, ...algorithmFlags];
    const message = error.message
      .replace(/^world\.(\w+)/, (text, field: string) => worldFlag(field) ?? text)
      .replace(
        /^(?:options\.)?(\w+)/,
        (text, field: string) => all.find((f) => f.field === field)?.flag ?? text,
      )
      .replace(/ \(null\)/g, '')
      .replace(/\bnull\b/g, 'none');
    throw new InputError(message + remedy);
  }
}
