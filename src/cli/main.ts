import { Command, CommanderError } from 'commander';
import { InputError, LabError } from '../core/errors.ts';
import { actionsCommand } from './actions.ts';
import { evalCommand } from './eval.ts';
import { quietOnClosedPipe } from './output.ts';
import { pretrainCommand } from './pretrain.ts';
import { sourcesIn, type Sources } from './provenance.ts';
import { repeatCommand } from './repeat.ts';
import { reportCommand } from './report.ts';
import { reproduceCommand } from './reproduce.ts';
import { rolloutCommand } from './rollout.ts';
import { trainCommand } from './train.ts';

/** Exit codes; documented in docs/cli.md. */
const FAILED = 1;
const BAD_INPUT = 2;

/** What every command gets: the project's root, the arguments as they were typed, the state of the sources. */
export interface Context {
  readonly root: string;
  readonly args: readonly string[];
  readonly sources: Sources;
}

/** The command line. `root`: folder of the project. Resolves with the exit code and throws nothing. */
export async function main(args: string[], root: string): Promise<number> {
  quietOnClosedPipe();
  const context: Context = { root, args, sources: sourcesIn(root) };
  let exitCode = 0;
  const program = new Command('actguide')
    .description(
      'Pretrains, trains and evaluates small policies on the GPU, and reproduces figures of ActGuide-RL.',
    )
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError();
  for (const make of [
    pretrainCommand,
    trainCommand,
    evalCommand,
    rolloutCommand,
    actionsCommand,
    reproduceCommand,
    reportCommand,
    repeatCommand,
  ])
    program.addCommand(make(context, (code) => (exitCode = code)).copyInheritedSettings(program));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    process.stderr.write(describe(error));
    return error instanceof InputError || error instanceof CommanderError ? BAD_INPUT : FAILED;
  }
}

/** The message alone for what a person can mend, the stack too for what they cannot. */
function describe(error: unknown): string {
  if (error instanceof LabError) return `${error.message}\n`;
  if (error instanceof CommanderError) return inHouseStyle(error);
  return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}

/** Commander's complaints in the form of ours: `what: expected X, got Y. remedy`. */
function inHouseStyle({ code, message }: CommanderError): string {
  if (code === 'commander.help') return ''; // no command at all: the help has been printed
  const [, subject = ''] = /'(.+?)'/.exec(message) ?? [];
  const [, meant] = /Did you mean (.+)\?\)/.exec(message) ?? [];
  const complaint =
    {
      'commander.unknownOption': `expected a known option, got ${subject}`,
      'commander.unknownCommand': `expected a known command, got ${subject}`,
      'commander.optionMissingArgument': `expected a value for ${subject}, got none`,
      'commander.missingArgument': `expected ${subject}, got none`,
      'commander.excessArguments': 'expected options alone, got further words',
    }[code] ?? message.replace(/^error: /, '');
  const remedy = meant ? `Did you mean ${meant}? \`npx actguide --help\`` : '`npx actguide --help`';
  return `actguide: ${complaint}. ${remedy} lists commands, and after a command its options.\n`;
}
