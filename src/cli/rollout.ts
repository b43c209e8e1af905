import { Command } from 'commander';
import { defaultRun } from '../actguide/config.ts';
import { guidance, parsePlan } from '../actguide/guidance.ts';
import { rollouts } from '../actguide/rollout.ts';
import { roles, stream } from '../actguide/streams.ts';
import { InputError } from '../core/errors.ts';
import { searchWorld } from '../envs/search/index.ts';
import { questionInWords } from '../workers/words.ts';
import { taskOf, turnViews } from '../workers/probing.ts';
import { concluded } from './concluded.ts';
import { MAX_U32, wholeNumber } from './flags.ts';
import type { Context } from './main.ts';
import { baseModel } from './models.ts';
import { Output, percent } from './output.ts';
import { withPolicy } from './session.ts';
import { requireFit } from './worldFit.ts';
import { addWorldFlags, worldOf } from './worldFlags.ts';

interface Options {
  readonly policy?: string;
  readonly model?: string;
  readonly level: string;
  readonly task: string;
  readonly plan?: string;
  readonly k?: string;
  readonly rollouts: string;
  readonly seed: string;
  readonly json?: boolean;
}

export function rolloutCommand(context: Context, exit: (code: number) => void): Command {
  return addWorldFlags(new Command('rollout'), 'search')
    .description('Lets a policy try one held-out task, with a plan of your own in its prompt or none.')
    .option('--policy <size>', `shipped base policy (default: ${defaultRun.policy})`)
    .option('--model <file>', 'ONNX file of a policy, instead of a shipped one')
    .option('--level <n>', 'difficulty, from 0', '4')
    .option('--task <n>', 'number of the task within its level, from 0', '0')
    .option('--plan <actions>', 'actions for the prompt, such as "visit Ada, search museum"')
    .option('--k <n>', 'the first k actions of the reference plan, instead of --plan')
    .option('--rollouts <n>', 'rollouts', String(defaultRun.groupSize))
    .option('--seed <n>', 'seed of tasks and sampling', String(defaultRun.seed))
    .option('--json', 'JSON lines on stdout: one a rollout, and a last one')
    .action(async (options: Options) => exit(await rollout(context, options)));
}

/** Resolves with the exit code. */
async function rollout({ root }: Context, options: Options): Promise<number> {
  if (options.k !== undefined && options.plan !== undefined)
    throw new InputError('--k: expected either --k or --plan, got both. Leave one of them out.');
  const spec = worldOf({ ...options });
  const world = searchWorld(spec.options);
  const seed = wholeNumber('--seed', options.seed, 0, MAX_U32);
  const level = wholeNumber('--level', options.level, 0, world.levels.length - 1);
  const index = wholeNumber('--task', options.task, 0, 4095);
  const count = wholeNumber('--rollouts', options.rollouts, 1, 4096);
  const task = taskOf(world, { seed, level, index });
  const k = options.k === undefined ? 0 : wholeNumber('--k', options.k, 0, task.plan.length);
  const plan = options.plan === undefined ? guidance(task, k) : parsePlan(world, task, options.plan);
  const base = baseModel(root, options);
  requireFit(spec, base);
  const output = new Output(options.json ?? false);

  const inWords = (actions: typeof plan): string[] => actions.map((a) => world.text([a.tool, a.argument]));
  const facts = { task: task.id, plan: inWords(plan), rollouts: count, seed };

  const work = (signal: AbortSignal) =>
    withPolicy(base, async (policy) => {
      output.note(`${questionInWords(task)}\nreference plan: ${inWords(task.plan).join(', ')}`);
      const requests = Array.from({ length: count }, (_, i) => ({
        task,
        plan,
        stream: stream(0, roles.continuation, task.key, i),
      }));
      const done = await rollouts(policy, world, requests, {
        seed,
        temperature: defaultRun.temperature,
        signal,
      });
      for (const [i, tried] of done.entries()) {
        const turns = turnViews(world, tried);
        const lines = turns.map(
          (t) => `  ${t.tool} ${t.argument} (${t.thought}) → ${t.observation || 'end'}`,
        );
        output.result(
          { task: task.id, rollout: i, reward: tried.reward, turns },
          [`rollout ${i + 1}: reward ${tried.reward}`, ...lines].join('\n'),
        );
      }
      const success = done.reduce((sum, { reward }) => sum + reward, 0) / count;
      output.result(
        { done: true, ...facts, success },
        `success ${percent(success)} of ${count} with ${plan.length === 0 ? 'no plan' : inWords(plan).join(', ')}`,
      );
      return 0;
    });
  return concluded(output, work, () => facts);
}
