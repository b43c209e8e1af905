import type { Command } from 'commander';
import { InputError } from '../core/errors.ts';
import { searchTaskSets } from '../envs/search/levels.ts';
import type { WorldSpec } from '../experiments/index.ts';
import { oneOf, wholeNumber } from './flags.ts';

const worlds = ['search', 'grid'] as const;
type WorldName = (typeof worlds)[number];

interface WorldFlag {
  /** Option of the world. */
  readonly field: string;
  readonly flag: string;
  /** What it takes; a switch takes nothing. */
  readonly value?: string;
  readonly help: string;
  readonly of: readonly WorldName[];
  /** @throws InputError naming the flag. */
  readonly read?: (flag: string, text: string) => number | string;
}

const whole =
  (least: number, most: number) =>
  (flag: string, text: string): number =>
    wholeNumber(flag, text, least, most);

const flags: readonly WorldFlag[] = [
  {
    field: 'taskSet',
    flag: '--task-set',
    value: `<${searchTaskSets.join('|')}>`,
    help: 'tasks: the levels of training, or a set in place of a benchmark',
    of: ['search'],
    read: (flag, text) => oneOf(flag, text, searchTaskSets),
  },
  {
    field: 'maxTurns',
    flag: '--max-turns',
    value: '<n>',
    help: 'turn limit of an episode',
    of: worlds,
    read: whole(1, 33),
  },
  {
    field: 'staleAliases',
    flag: '--stale-aliases',
    value: '<n>',
    help: 'distinct stale aliases in use',
    of: ['search'],
    read: whole(1, 8),
  },
  {
    field: 'manners',
    flag: '--manners',
    value: '<n>',
    help: 'words in every thought that change nothing; for policies pretrained with as many',
    of: ['search'],
    read: whole(0, 4),
  },
  { field: 'deadEnds', flag: '--dead-ends', help: 'a wrong query, or key, ends the episode', of: worlds },
  {
    field: 'oneStaleLeak',
    flag: '--one-stale-leak',
    help: 'a leak: level 1 has one stale alias, which a lucky guess opens',
    of: ['search'],
  },
  {
    field: 'unprovenAnswers',
    flag: '--unproven-answers',
    help: 'a leak: the right answer pays without its evidence',
    of: ['search'],
  },
  {
    field: 'unrevealedPages',
    flag: '--unrevealed-pages',
    help: 'a leak: pages open that nothing has led to',
    of: ['search'],
  },
  { field: 'anyKey', flag: '--any-key', help: 'a leak: any key opens any door', of: ['grid'] },
];

/** Adds the options of the worlds to a command; `only` leaves out `--world` and what the other has. */
export function addWorldFlags(command: Command, only?: WorldName): Command {
  if (!only)
    command.option(
      `--world <${worlds.join('|')}>`,
      'search world, or key-door grid for a policy that knows it',
      'search',
    );
  for (const { flag, value, help, of } of flags)
    if (!only || of.includes(only)) command.option(value ? `${flag} ${value}` : flag, help);
  return command;
}

/** The world that the options ask for. @throws InputError for a value out of range, or an option of another world. */
export function worldOf(options: Readonly<Record<string, unknown>>): WorldSpec {
  const name = typeof options.world === 'string' ? oneOf('--world', options.world, worlds) : 'search';
  const given = flags.flatMap((known): [string, unknown][] => {
    const value = options[nameOf(known.flag)];
    if (value === undefined) return [];
    if (!known.of.includes(name))
      throw new InputError(
        `${known.flag}: expected an option of the ${name} world, got one of the ${known.of[0]} world. Leave it out.`,
      );
    return [[known.field, known.read && typeof value === 'string' ? known.read(known.flag, value) : value]];
  });
  return { name, options: Object.fromEntries(given) };
}

/** The flag of a world's option, such as `--max-turns` of `maxTurns`. */
export const worldFlag = (field: string): string | undefined =>
  flags.find((known) => known.field === field)?.flag;

/** Commander's name of a flag: `--task-set` → `taskSet`. */
const nameOf = (flag: string): string =>
  flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
