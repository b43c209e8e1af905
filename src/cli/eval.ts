import { Command } from 'commander';
import { defaultRun } from '../actguide/config.ts';
import { evaluate } from '../actguide/evaluate.ts';
import { environmentOf } from '../experiments/index.ts';
import { concluded } from './concluded.ts';
import { MAX_U32, oneOf, wholeNumber } from './flags.ts';
import type { Context } from './main.ts';
import { baseModel } from './models.ts';
import { Output, percent } from './output.ts';
import { Progress } from './progress.ts';
import { withPolicy } from './session.ts';
import { requireFit } from './worldFit.ts';
import { addWorldFlags, worldOf } from './worldFlags.ts';

interface Options {
  readonly policy?: string;
  readonly model?: string;
  readonly tasks: string;
  readonly guided: string;
  readonly seed: string;
  readonly json?: boolean;
}

export function evalCommand(context: Context, exit: (code: number) => void): Command {
  return addWorldFlags(new Command('eval'))
    .description('Measures the success of a policy on held-out tasks, level by level.')
    .option('--policy <size>', `shipped base policy (default: ${defaultRun.policy})`)
    .option('--model <file>', 'ONNX file of a policy, instead of a shipped one')
    .option('--tasks <n>', 'tasks a level, one rollout each', String(defaultRun.evalTasks))
    .option('--guided <none|full>', 'plan in the prompt: none, or the whole of it', 'none')
    .option('--seed <n>', 'seed of tasks and sampling', String(defaultRun.seed))
    .option('--json', 'one JSON line on stdout')
    .action(async (options: Options) => exit(await evalPolicy(context, options)));
}

/** Resolves with the exit code. */
async function evalPolicy({ root }: Context, options: Options): Promise<number> {
  const evalTasks = wholeNumber('--tasks', options.tasks, 1, 4096);
  const seed = wholeNumber('--seed', options.seed, 0, MAX_U32);
  const guided = oneOf('--guided', options.guided, ['none', 'full']);
  const spec = worldOf({ ...options });
  const world = environmentOf(spec);
  const base = baseModel(root, options);
  requireFit(spec, base);
  const output = new Output(options.json ?? false);

  const facts = { policy: base.config.name, guided, tasks: evalTasks, seed, world: spec };

  const work = (signal: AbortSignal) =>
    withPolicy(base, async (policy, gpu) => {
      const progress = new Progress('eval', evalTasks * world.levels.length);
      const config = { seed, evalTasks, temperature: defaultRun.temperature };
      const success = await evaluate(policy, world, config, {
        guided,
        signal,
        onProgress: (done) => progress.update(done),
      }).finally(() => progress.clear());
      const adapter = gpu.adapter.description;
      const levels = world.levels.map((level, i) => `${level.name} ${percent(success.levels[i])}`);
      output.result(
        { done: true, success, ...facts, adapter },
        `success ${percent(success.mean)} (${levels.join(' · ')})`,
      );
      return 0;
    });
  return concluded(output, work, () => facts);
}
