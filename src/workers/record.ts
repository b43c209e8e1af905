import type { RunConfig, StepMetrics } from '../actguide/config.ts';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { rollouts, type Rollout } from '../actguide/rollout.ts';
import { roles, stream } from '../actguide/streams.ts';
import { LabError } from '../core/errors.ts';
import { searchWorld, type SearchTask } from '../envs/search/world.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { createTrainer } from '../methods/index.ts';
import { GpuPolicy } from '../policy/gpuPolicy.ts';
import type { ImportedPolicy } from '../policy/onnx/importOnnx.ts';
import type { PolicySize } from '../policy/types.ts';
import type { GroupView } from './inspection.ts';
import { releasePolicy } from './placedPolicy.ts';
import { guidanceCurveOf, profileTask, sampleTrajectory, taskOf, taskView, worldView } from './probing.ts';
import type { TaskRef } from './protocol.ts';
import type { RecordedFrame, RecordedRun, RecordedTries, Recording } from './recording.ts';
import { stepView } from './stepView.ts';
import { tokenViews } from './tokens.ts';

export interface RecordInput {
  readonly gpu: Gpu;
  readonly base: ImportedPolicy;
  readonly seed: number;
  readonly steps: number;
  /** Steps between two frames; the base policy is the first. */
  readonly frameEvery: number;
  /** Tries of the base policy at the hard task. */
  readonly tries: number;
  readonly note: (line: string) => void;
}

const SEED = 2026;
const easy: TaskRef = { seed: SEED, level: 0, index: 0 };
const hard: TaskRef = { seed: SEED, level: 4, index: 0 };
const world = searchWorld();

/** Makes the runs of the lessons, and looks at the base policy and at the hard task on the way. */
export async function recordLesson(input: RecordInput): Promise<Omit<Recording, 'provenance' | 'format'>> {
  const { base, seed, steps } = input;
  const policy = base.config.name as PolicySize;
  const config = (settings: object): RunConfig => parseRunConfig({ policy, seed, steps, ...settings });
  const frames: RecordedFrame[] = [];
  const { first, run: actguide } = await recordRun(
    input,
    'ActGuide',
    config({ method: 'actguide' }),
    async (model, step) => {
      frames.push(await frame(model, step));
    },
  );
  const { first: firstOfGrpo, run: grpo } = await recordRun(input, 'GRPO', config({ method: 'grpo' }));
  const always = { guide: 'always', level: 1 };
  const { run: wholePlan } = await recordRun(
    input,
    'always the whole plan',
    config({ method: 'actguide', options: always }),
  );
  const group = required(
    first.find(({ search }) => search?.k != null && search.probes.length > 1),
    'a searched group',
  );
  const looks = await withPolicy(input, async (model) => ({
    easy: {
      task: taskView(world, easy),
      trajectory: await sampleTrajectory(model, world, { task: easy, k: 0, seed: 0 }, 0),
    },
    hard: {
      task: taskView(world, hard),
      guided: await sampleTrajectory(model, world, { task: hard, k: wholeLength(hard), seed: 0 }, 0),
      tries: await tryAlone(model, taskOf(world, hard), input.tries),
      curve: await guidanceCurveOf(model, world, hard, 64, 0),
    },
  }));
  return {
    world: worldView(world),
    runs: { actguide, grpo, wholePlan },
    ...looks,
    search: { group, search: required(group.search, 'a search') },
    failed: required(
      firstOfGrpo.find(({ outcome }) => outcome === 'allFail'),
      'a group that failed',
    ),
    frames,
  };
}

const wholeLength = (ref: TaskRef): number => taskOf(world, ref).plan.length;

function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined)
    throw new LabError(`record: expected ${what} in the first step, found none. Take another seed.`);
  return value;
}

async function withPolicy<R>({ gpu, base }: RecordInput, use: (policy: GpuPolicy) => Promise<R>): Promise<R> {
  const policy = GpuPolicy.create(gpu, base.config, base.parameters);
  try {
    return await use(policy);
  } finally {
    releasePolicy(policy);
  }
}

/** One run from the base policy, and the groups of its first step. */
async function recordRun(
  input: RecordInput,
  name: string,
  config: RunConfig,
  look?: (policy: GpuPolicy, step: number) => Promise<void>,
): Promise<{ run: RecordedRun; first: readonly GroupView[] }> {
  return withPolicy(input, async (policy) => {
    const trainer = createTrainer(policy, world, config);
    const start = await trainer.evaluate();
    await look?.(policy, 0);
    const steps: StepMetrics[] = [];
    let first: readonly GroupView[] = [];
    while (!trainer.finished) {
      const metrics = await trainer.step();
      steps.push(metrics);
      if (trainer.lastStep && steps.length === 1) first = stepView(world, trainer.lastStep, 1).groups;
      if (steps.length % input.frameEvery === 0) await look?.(policy, steps.length);
      input.note(
        `${name} ${steps.length}/${config.steps}${metrics.success ? ` success ${metrics.success.mean.toFixed(3)}` : ''}`,
      );
    }
    return { run: { name, config, start, steps }, first };
  });
}

async function frame(policy: GpuPolicy, step: number): Promise<RecordedFrame> {
  const expert = await expertRollout(policy, taskOf(world, hard));
  const tokens = await tokenViews(policy, world, expert);
  return {
    step,
    barrier: await profileTask(policy, world, { task: hard, seed: 0 }, step, () => undefined),
    unguided: await sampleTrajectory(policy, world, { task: hard, k: 0, seed: step }, step),
    queries: tokens
      .filter(({ role, turn }) => role === 'argument' && tokens[turn * world.stepTokens].word === 'search')
      .map(({ turn, word, guided, unguided }) => ({ turn, word, guided, unguided })),
  };
}

/** The expert's own way through a task, as if the agent had sampled it: what a query's probability is asked along. */
async function expertRollout(policy: GpuPolicy, task: SearchTask): Promise<Rollout> {
  const prefix = task.plan.map(({ tool, argument }, i) => [tool, ...task.expertThoughts[i], argument]);
  const request = { task, plan: task.plan, prefix, stream: 0 };
  const [replayed] = await rollouts(policy, world, [request], { seed: SEED, temperature: 1 });
  const sampled = Uint8Array.from(replayed.sampled);
  for (const start of replayed.turnStarts) sampled.fill(1, start, start + world.stepTokens);
  return { ...replayed, sampled };
}

/** How far the policy gets alone, try after try: aliases opened, and successes. */
async function tryAlone(policy: GpuPolicy, task: SearchTask, tries: number): Promise<RecordedTries> {
  const requests = Array.from({ length: tries }, (_, i) => ({
    task,
    plan: [],
    stream: stream(1, roles.continuation, task.key, i),
  }));
  const sampled = await rollouts(policy, world, requests, { seed: SEED, temperature: 1 });
  const opened = new Array<number>(task.aliases.length + 1).fill(0);
  for (const rollout of sampled) {
    // A query that opens an alias changes the state; `plan` holds the right ones in order.
    const right = task.plan.filter(({ tool }) => world.text([tool]) === 'search');
    let next = 0;
    for (const at of rollout.turnStarts)
      if (
        next < right.length &&
        rollout.tokens[at] === right[next].tool &&
        rollout.tokens[at + world.stepTokens - 1] === right[next].argument
      )
        next++;
    opened[Math.min(next, opened.length - 1)]++;
  }
  return { tries, successes: sampled.filter(({ reward }) => reward > 0).length, opened };
}
