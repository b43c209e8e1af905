import { defaultRun, type Method, type Preset, type RunConfig } from '../../actguide/config.ts';
import { parseRunConfig } from '../../actguide/runConfig.ts';
import { InputError } from '../../core/errors.ts';
import type { PolicySize } from '../../policy/types.ts';

/** Fields a person can get wrong by typing. */
export const numberFields = ['seed', 'steps', 'tasksPerStep', 'groupSize', 'evalEvery', 'evalTasks'] as const;
export type NumberField = (typeof numberFields)[number];

/** The settings of the next run, as typed: numbers stay text until they are checked. */
export class Settings {
  method = $state<Method>(defaultRun.method);
  preset = $state<Preset>(defaultRun.preset);
  policy = $state<PolicySize>(defaultRun.policy);
  numbers = $state<Record<NumberField, string>>({
    seed: String(defaultRun.seed),
    steps: String(defaultRun.steps),
    tasksPerStep: String(defaultRun.tasksPerStep),
    groupSize: String(defaultRun.groupSize),
    evalEvery: String(defaultRun.evalEvery),
    evalTasks: String(defaultRun.evalTasks),
  });

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

/** Text that reads as a number becomes one; anything else goes to the checker as it is. */
function typed(text: string): number | string {
  const trimmed = text.trim();
  return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
}
