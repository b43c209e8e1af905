import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { environmentOf } from '../experiments/index.ts';
import { gridDefaults } from '../envs/grid/index.ts';
import { searchDefaults } from '../envs/search/index.ts';
import { addWorldFlags, worldOf } from './worldFlags.ts';

const parsed = (...args: string[]) => {
  const command = addWorldFlags(new Command('test')).exitOverride();
  command.parse(args, { from: 'user' });
  return worldOf(command.opts());
};

describe('worldOf', () => {
  it('without options is the plain search world', () => {
    expect(parsed()).toEqual({ name: 'search', options: {} });
  });

  it('reads every option of both worlds, and the worlds take them', () => {
    const search = parsed(
      ...['--task-set', 'barred', '--max-turns', '12', '--stale-aliases', '8', '--manners', '4'],
      ...['--dead-ends', '--one-stale-leak', '--unproven-answers', '--unrevealed-pages'],
    );
    expect(search.options).toEqual({
      taskSet: 'barred',
      maxTurns: 12,
      staleAliases: 8,
      manners: 4,
      deadEnds: true,
      oneStaleLeak: true,
      unprovenAnswers: true,
      unrevealedPages: true,
    });
    expect(Object.keys(search.options).sort()).toEqual(Object.keys(searchDefaults).sort());
    expect(environmentOf(search).stepTokens).toBe(7);
    const grid = parsed('--world', 'grid', '--dead-ends', '--any-key', '--max-turns', '9');
    expect(grid).toEqual({ name: 'grid', options: { deadEnds: true, anyKey: true, maxTurns: 9 } });
    expect(Object.keys(grid.options).sort()).toEqual(Object.keys(gridDefaults).sort());
    expect(environmentOf(grid).name).toBe('grid');
  });

  it('refuses what is out of range, unknown, or of the other world', () => {
    expect(() => parsed('--max-turns', '0')).toThrow('--max-turns: expected a whole number from 1 to 33');
    expect(() => parsed('--task-set', 'hard')).toThrow('--task-set: expected one of training, general');
    expect(() => parsed('--world', 'sea')).toThrow("--world: expected one of search, grid, got 'sea'");
    expect(() => parsed('--world', 'grid', '--manners', '2')).toThrow(
      '--manners: expected an option of the grid world, got one of the search world. Leave it out.',
    );
    expect(() => parsed('--any-key')).toThrow('--any-key: expected an option of the search world');
  });
});
