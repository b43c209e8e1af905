import type { Random } from '../../core/random.ts';
import type { LevelInfo } from '../types.ts';
import { knownAliases, staleAliases, type Alias } from './aliases.ts';
import { MAX_HOPS, drawPuzzle, type SearchPuzzle } from './puzzle.ts';

/**
 * Sets of tasks. `training` is the five levels that policies are trained on. The four others stand in for the
 * paper's in-domain benchmarks (Table 1), three levels each, from aliases that training uses too:
 *
 * | set | for | its levels differ in |
 * | --- | --- | --- |
 * | `general` | GAIA | everything: from no alias at all to three stale ones |
 * | `walk` | WebWalkerQA | links to follow: one, two, three |
 * | `deep` | XBench | depth: three links, and two to four aliases of which none, two or all are stale |
 * | `barred` | BrowseComp-ZH | the length of the barrier: two, three, four stale aliases |
 */
export const searchTaskSets = ['training', 'general', 'walk', 'deep', 'barred'] as const;
export type SearchTaskSet = (typeof searchTaskSets)[number];

/** How the puzzles of a level are drawn; each number is uniform over what is listed. */
export interface Level {
  readonly info: LevelInfo;
  /** Relations to follow. */
  readonly hops: readonly number[];
  /** Pools of aliases, and how many to take from each. */
  readonly aliases: readonly { readonly pool: readonly Alias[]; readonly counts: readonly number[] }[];
}

const anyHops = Array.from({ length: MAX_HOPS }, (_, i) => i + 1);

/**
 * The levels of a set. distinctStale: stale aliases in use; oneStaleLeak: level 1 of `training` has one stale
 * alias instead of one or two known ones.
 */
export function levelsOf(set: SearchTaskSet, distinctStale: number, oneStaleLeak: boolean): Level[] {
  const stale = staleAliases.slice(0, distinctStale);
  const mixed = (
    name: string,
    description: string,
    hops: readonly number[],
    knownCounts: readonly number[],
    staleCounts: readonly number[],
  ): Level => ({
    info: { name, description },
    hops,
    aliases: [
      { pool: knownAliases, counts: knownCounts },
      { pool: stale, counts: staleCounts },
    ],
  });
  switch (set) {
    case 'training':
      return trainingLevels(stale, oneStaleLeak);
    case 'general':
      return [
        mixed('level 1', 'Every page opens at once, or hides behind one known alias.', anyHops, [0, 1], [0]),
        mixed(
          'level 2',
          'One alias with its usual query, and one whose usual query no longer works.',
          anyHops,
          [1],
          [1],
        ),
        mixed('level 3', 'Two or three aliases whose usual queries no longer work.', anyHops, [0, 1], [2, 3]),
      ];
    case 'walk':
      return [
        mixed('easy', 'One link to follow; at most one alias of each kind.', [1], [0, 1], [0, 1]),
        mixed('medium', 'Two links to follow, one or two stale aliases.', [2], [0, 1], [1, 2]),
        mixed('hard', 'Three links to follow, two or three stale aliases.', [3], [0, 1], [2, 3]),
      ];
    case 'deep':
      return [
        mixed('2 known', 'Three links to follow and two known aliases.', [3], [2], [0]),
        mixed('2 of 3 stale', 'Three links to follow and three aliases, two of them stale.', [3], [1], [2]),
        mixed('4 stale', 'Three links to follow and four stale aliases.', [3], [0], [4]),
      ];
    case 'barred':
      return [2, 3, 4].map((count) =>
        mixed(
          `${count} stale`,
          `Two or three links to follow and ${count} stale aliases.`,
          [2, 3],
          [0],
          [count],
        ),
      );
  }
}

function trainingLevels(staleInUse: readonly Alias[], oneStaleLeak: boolean): Level[] {
  const level = (
    name: string,
    description: string,
    pool: readonly Alias[],
    counts: readonly number[],
  ): Level => ({
    info: { name, description },
    hops: anyHops,
    aliases: [{ pool, counts }],
  });
  const stale = (count: number): Level =>
    level(
      `${count} stale`,
      count === 1
        ? 'A page hides behind an alias whose usual query no longer works.'
        : `A page hides behind ${count} aliases in a row whose usual queries no longer work.`,
      staleInUse,
      [count],
    );
  const easy = level('no alias', 'Every page opens at once.', [], [0]);
  const known = level(
    'known',
    'A page hides behind one or two aliases that open with their usual query.',
    knownAliases,
    [1, 2],
  );
  return [easy, oneStaleLeak ? stale(1) : known, stale(2), stale(3), stale(4)];
}

/** A random puzzle of the level. Aliases of several pools come in random order. */
export function drawLevel(random: Random, level: Level): SearchPuzzle {
  const hops = random.pick(level.hops);
  const drawn = level.aliases.flatMap(({ pool, counts }) => draw(random, pool, random.pick(counts)));
  return drawPuzzle(random, hops, level.aliases.length > 1 ? random.shuffle(drawn) : drawn);
}

/** `count` aliases without repetition, or with it when there are too few. */
function draw(random: Random, pool: readonly Alias[], count: number): Alias[] {
  if (count > pool.length) return Array.from({ length: count }, () => random.pick(pool));
  return random.shuffle(pool).slice(0, count);
}
