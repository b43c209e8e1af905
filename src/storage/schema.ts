import * as v from 'valibot';
import type { RunConfig, StepMetrics } from '../actguide/config.ts';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { InputError } from '../core/errors.ts';
import type { PolicyConfig } from '../policy/types.ts';
import type { RunSummary } from './types.ts';

/** Longest texts a person may write. */
export const MAX_NAME = 120;
export const MAX_NOTES = 10_000;

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const fraction = v.pipe(finite, v.minValue(0), v.maxValue(1));
const success = v.object({ mean: fraction, levels: v.pipe(v.array(fraction), v.maxLength(64)) });

const source = v.looseObject({
  rollouts: count,
  trainedTokens: count,
  reward: fraction,
  ratio: finite,
  ratioMax: finite,
  clipFraction: finite,
  kl: finite,
  entropy: finite,
  turns: finite,
  responseLength: finite,
  logRatioShift: finite,
  offPolicyRisk: finite,
});

/** Fields that this version does not know are kept: later versions add some. */
const step = v.looseObject({
  step: count,
  trainableGroups: fraction,
  allFailGroups: fraction,
  allPassGroups: fraction,
  guidedGroups: count,
  kStar: v.nullable(finite),
  kStarFraction: v.nullable(finite),
  probes: count,
  probeRollouts: count,
  rollouts: count,
  environmentSteps: count,
  gradNorm: finite,
  learningRate: finite,
  kl: finite,
  loss: v.optional(v.nullable(finite), null),
  unguided: source,
  guided: v.nullable(source),
  rewardByLevel: v.array(v.nullable(fraction)),
  success: v.nullable(success),
  timing: v.looseObject({ rolloutMs: finite, searchMs: finite, updateMs: finite, stepMs: finite }),
});

const policy = v.object({
  name: v.pipe(v.string(), v.maxLength(64)),
  vocabulary: count,
  width: count,
  layers: count,
  heads: count,
  feedForward: count,
  context: count,
});

/** What a policy's file may say of it: texts by name, as many and as long as a file that the lab opens may have. */
const metadata = v.pipe(
  v.record(v.pipe(v.string(), v.maxLength(200)), v.pipe(v.string(), v.maxLength(100_000))),
  v.check((entries) => Object.keys(entries).length <= 64, 'at most 64 entries'),
);

const header = v.object({
  format: v.literal(1),
  run: v.object({
    name: v.pipe(v.string(), v.maxLength(MAX_NAME)),
    notes: v.pipe(v.string(), v.maxLength(MAX_NOTES)),
    starred: v.boolean(),
    createdAt: v.pipe(v.string(), v.isoTimestamp()),
    config: v.unknown(),
    levels: v.pipe(v.array(v.pipe(v.string(), v.maxLength(64))), v.maxLength(64)),
    adapter: v.pipe(v.string(), v.maxLength(400)),
    start: v.nullable(success),
  }),
  steps: v.pipe(v.array(step), v.maxLength(10_000)),
  checkpoint: v.nullable(
    v.object({
      base: policy,
      metadata: v.optional(metadata, {}),
      stepsDone: count,
      updates: count,
      optimizerUpdates: count,
    }),
  ),
});

/** What stands before the weights in a run file. */
export interface RunHeader {
  readonly run: Omit<RunSummary, 'id' | 'stepsDone' | 'checkpointStep'>;
  readonly steps: readonly StepMetrics[];
  readonly checkpoint: {
    readonly base: PolicyConfig;
    readonly metadata: Readonly<Record<string, string>>;
    readonly stepsDone: number;
    readonly updates: number;
    readonly optimizerUpdates: number;
  } | null;
}

/**
 * Checks a run file's header.
 * @throws InputError naming the first field that does not fit.
 */
export function parseHeader(input: unknown): RunHeader {
  const result = v.safeParse(header, input, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    throw new InputError(
      `run file: expected ${issue.expected ?? 'a valid value'} in ${v.getDotPath(issue) ?? 'its header'}, got ` +
        `${issue.received.slice(0, 60)}. Export the run again.`,
    );
  }
  const { run, steps, checkpoint } = result.output;
  const config = configOf(run.config);
  if (steps.length > config.steps)
    throw new InputError(
      `run file: expected at most ${config.steps} steps, as its settings say, got ${steps.length}. Export the run again.`,
    );
  const odd = steps.findIndex(({ step: number }, i) => number !== i);
  if (odd >= 0)
    throw new InputError(
      `run file: expected step ${odd} in place ${odd}, got ${steps[odd].step}. Export the run again.`,
    );
  if (checkpoint && checkpoint.stepsDone > steps.length)
    throw new InputError(
      `run file: expected weights of a step up to ${steps.length}, got step ${checkpoint.stepsDone}. Export the run again.`,
    );
  return { run: { ...run, config }, steps: steps, checkpoint };
}

function configOf(input: unknown): RunConfig {
  try {
    return parseRunConfig(input);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`run file: config: ${error.message}`);
    throw error;
  }
}
