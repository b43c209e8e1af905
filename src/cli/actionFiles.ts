import { existsSync, readFileSync, statSync } from 'node:fs';
import { parseActionData, type ActionImport } from '../actguide/actionData.ts';
import type { RunConfig } from '../actguide/config.ts';
import { runWorld } from '../actguide/demonstrations.ts';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { InputError } from '../core/errors.ts';
import { trainingSeed } from '../envs/seeds.ts';
import type { Environment } from '../envs/types.ts';
import { wholeNumber } from './flags.ts';
import type { Output } from './output.ts';

/**
 * The action data in a file, each line carried out in the world. context: tokens that the policy can read.
 * @throws InputError when the file is missing or is no action data.
 */
export function readActionFile(
  flag: string,
  path: string,
  environment: Environment,
  context: number,
): ActionImport {
  if (!existsSync(path) || !statSync(path).isFile())
    throw new InputError(
      `${flag}: expected a file of action data, got ${path}, which does not exist. Check the path.`,
    );
  return parseActionData(environment, readFileSync(path, 'utf8'), context);
}

/**
 * The run with the demonstrations of `--actions`: the good lines of the file; the bad ones are named on stderr.
 * @throws InputError when no line is good, the method has no use for action data, or a task to include is held out.
 */
export function withActionFile(
  config: RunConfig,
  { actions: path, demonstratedTasks }: { readonly actions?: string; readonly demonstratedTasks?: string },
  environment: Environment,
  context: number,
  output: Output,
): RunConfig {
  if (path === undefined) {
    if (demonstratedTasks === undefined) return config;
    throw new InputError('--demonstrated-tasks: expected --actions FILE beside it, got none. Add it.');
  }
  if (config.method === 'sft')
    throw new InputError(
      '--actions: expected a method that uses action data, got sft, whose expert thinks aloud. Leave it out.',
    );
  const included = wholeNumber('--demonstrated-tasks', demonstratedTasks ?? '0', 0, config.tasksPerStep);
  const { kept, bad } = readActionFile('--actions', path, environment, context);
  if (kept.length === 0) {
    const why = bad.length > 0 ? `; line ${bad[0].line}: ${bad[0].reason}` : '';
    throw new InputError(`--actions: expected a demonstration in ${path}, got none${why}. Mend the file.`);
  }
  for (const { line, reason } of bad) output.note(`${path}: line ${line} is left out: ${reason}`);
  const run = parseRunConfig({
    ...config,
    demonstrations: kept,
    ...(included > 0 && { demonstratedTasks: included }),
  });
  runWorld(environment, run, context);
  const drawn = drawnDemonstrations(environment, run);
  output.note(
    `${kept.length} demonstrations; the steps draw ${drawn} of their tasks and include ${included} a step` +
      (drawn + included === 0 ? ', so that none guides: --demonstrated-tasks includes them.' : '.'),
  );
  return run;
}

/** How many demonstrated tasks a run's steps draw by themselves, those that it includes left aside. */
function drawnDemonstrations(
  environment: Environment,
  { seed, steps, tasksPerStep, demonstrations = [] }: RunConfig,
): number {
  const ids = new Set(demonstrations.map(({ task }) => task));
  let drawn = 0;
  for (let step = 0; step < steps; step++)
    for (const { id } of environment.tasks({ seed: trainingSeed(seed, step), count: tasksPerStep }))
      if (ids.delete(id)) drawn++;
  return drawn;
}
