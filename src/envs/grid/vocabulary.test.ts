import { describe, expect, it } from 'vitest';
import { InputError } from '../../core/errors.ts';
import { words as searchWords } from '../search/vocabulary.ts';
import {
  ACTIONS,
  MALFORMED,
  actionIndex,
  actionTable,
  directions,
  doors,
  keys,
  parseAction,
  text,
  token,
  words,
} from './vocabulary.ts';

describe('vocabulary', () => {
  it('has 80 words, all different, none with a space', () => {
    expect(words).toHaveLength(80);
    expect(new Set(words.map((word) => word.toLowerCase())).size).toBe(80);
    expect(words.every((word) => /^\S+$/.test(word))).toBe(true);
  });

  it('names what it names', () => {
    expect([directions[0], keys[0], doors[0]]).toEqual([16, 20, 28]);
    keys.forEach((key, i) => expect(words[doors[i]]).toBe(`${words[key]}-door`));
    expect(text(Object.values(token))).toBe(
      '<pad> <bos> plan endplan go move take open wall floor doorway keys goal grid ahead turn <no-thought>',
    );
  });

  it('shares its marks and manners with the search world, and begins a question as that never does', () => {
    for (const shared of '<pad> <bos> plan endplan go boldly slowly'.split(' '))
      expect(words.indexOf(shared)).toBe(searchWords.indexOf(shared));
    expect(searchWords[token.grid]).toBe('<spare-1>');
  });

  it('numbers 16 actions and one for every malformed step', () => {
    expect(ACTIONS).toBe(17);
    actionTable.forEach(({ tool, argument }, i) => {
      expect(actionIndex([tool, token.ahead, argument])).toBe(i);
      expect(actionIndex([tool, argument])).toBe(i);
    });
    let known = 0;
    for (let a = 0; a < 80; a++)
      for (let b = 0; b < 80; b++) if (actionIndex([a, 0, b]) !== MALFORMED) known++;
    expect(known).toBe(16);
    expect(actionIndex([])).toBe(MALFORMED);
  });

  it('reads words', () => {
    expect(parseAction('move north')).toEqual({ tool: token.move, argument: directions[0] });
    expect(parseAction('  TAKE   Orange ')).toEqual({ tool: token.take, argument: keys[7] });
  });

  it.each([
    [
      'visit Ada',
      'plan: expected an action like "move north", got "visit Ada". Known tools: move, take, open.',
    ],
    ['', 'plan: expected an action like "move north", got "". Known tools: move, take, open.'],
    ['take', 'plan: expected "take" and one key colour, got "take". Known: red, green, blue,'],
    ['take red-door', 'plan: expected "take" and one key colour, got "take red-door". Known: red, green,'],
    ['open red', 'plan: expected "open" and one direction, got "open red". Known: north, east, south, west.'],
    ['move up', 'plan: expected "move" and one direction, got "move up". Known: north, east, south, west.'],
  ])('refuses "%s"', (input, message) => {
    expect(() => parseAction(input)).toThrow(InputError);
    expect(() => parseAction(input)).toThrow(message);
  });
});
