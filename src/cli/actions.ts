import { Command } from 'commander';
import { actionLine, formatActionData } from '../actguide/actionData.ts';
import { withActionNoise } from '../actguide/actionNoise.ts';
import { defaultRun } from '../actguide/config.ts';
import { InputError } from '../core/errors.ts';
import { trainingSeed } from '../envs/seeds.ts';
import { searchWorld } from '../envs/search/index.ts';
import { policySizes } from '../policy/types.ts';
import { taskOf } from '../workers/probing.ts';
import { readActionFile } from './actionFiles.ts';
import { MAX_U32, wholeNumber } from './flags.ts';
import type { Context } from './main.ts';

interface Options {
  readonly seed: string;
  readonly level?: string;
  readonly count: string;
  readonly step?: string;
  readonly noise: string;
  readonly check?: string;
}

const { context: CONTEXT } = policySizes[defaultRun.policy];

export function actionsCommand(_: Context, exit: (code: number) => void): Command {
  return new Command('actions')
    .description('Writes action data of tasks as JSON Lines on stdout, or checks a file of it.')
    .option('--seed <n>', 'seed of the tasks', String(defaultRun.seed))
    .option('--level <n>', 'level of the held-out tasks, from 0 (default: all)')
    .option('--count <n>', 'held-out tasks a level, or tasks of the step', '12')
    .option('--step <n>', 'instead: the tasks that training step n of a run with this seed draws, from 0')
    .option('--noise <x>', 'expected share of irrelevant actions, as --action-noise of train', '0')
    .option('--check <file>', 'instead: carries out every line of a file and names the bad ones')
    .action((options: Options) => exit(options.check === undefined ? write(options) : check(options.check)));
}

function write({
  seed: seedText,
  level: levelText,
  count: countText,
  step: stepText,
  noise,
}: Options): number {
  const world = searchWorld();
  const seed = wholeNumber('--seed', seedText, 0, MAX_U32);
  const count = wholeNumber('--count', countText, 1, 1024);
  const share = Number(noise);
  if (!(share >= 0 && share <= 0.9))
    throw new InputError(`--noise: expected a number from 0 to 0.9, got '${noise}'. Correct it.`);
  if (stepText !== undefined && levelText !== undefined)
    throw new InputError('--step: expected either --step or --level, got both. Leave one of them out.');
  const levels =
    levelText === undefined
      ? world.levels.map((_level, i) => i)
      : [wholeNumber('--level', levelText, 0, world.levels.length - 1)];
  const tasks =
    stepText === undefined
      ? levels.flatMap((level) =>
          Array.from({ length: count }, (_task, index) => taskOf(world, { seed, level, index })),
        )
      : world.tasks({ seed: trainingSeed(seed, wholeNumber('--step', stepText, 0, 9999)), count });
  const lines = tasks.map((task) => {
    const { plan } = withActionNoise(world, task, share, seed);
    return actionLine(world, task, plan, 'reference');
  });
  process.stdout.write(formatActionData(lines));
  return 0;
}

/** Exit code 2 when a line is bad. */
function check(path: string): number {
  const { kept, bad } = readActionFile('--check', path, searchWorld(), CONTEXT);
  for (const { line, reason } of bad) process.stderr.write(`line ${line}: ${reason}\n`);
  process.stdout.write(`${JSON.stringify({ done: true, kept: kept.length, bad })}\n`);
  return bad.length > 0 ? 2 : 0;
}
