import { describe, expect, it } from 'vitest';
import { InputError } from '../../core/errors.ts';
import {
  ACTIONS,
  MALFORMED,
  actionIndex,
  actionTable,
  aliases,
  entities,
  parseAction,
  relations,
  terms,
  text,
  token,
  words,
} from './vocabulary.ts';

const id = (word: string) => words.indexOf(word);

describe('vocabulary', () => {
  it('has 80 words, all different, none with a space', () => {
    expect(words).toHaveLength(80);
    expect(new Set(words.map((word) => word.toLowerCase())).size).toBe(80);
    expect(words.every((word) => /^\S+$/.test(word))).toBe(true);
  });

  it('numbers the groups one after another', () => {
    expect([entities[0], relations[0], aliases[0], terms[0]]).toEqual([16, 40, 46, 62]);
    expect([entities, relations, aliases, terms].map((group) => group.length)).toEqual([24, 6, 16, 8]);
    const named = Object.values(token).map((t) => words[t]);
    expect(named.join(' ')).toBe(
      '<pad> <bos> question plan endplan go visit search answer [ ] no-result alias stuck start <no-thought>',
    );
  });

  it('numbers 56 actions and one for every malformed step', () => {
    expect(ACTIONS).toBe(57);
    actionTable.forEach(({ tool, argument }, i) => {
      expect(actionIndex([tool, token.stuck, argument])).toBe(i);
      expect(actionIndex([tool, argument])).toBe(i);
    });
    const visitTerm = [token.visit, token.start, terms[0]];
    const noTool = [token.page, token.start, entities[0]];
    expect([visitTerm, noTool, [], [token.visit]].map(actionIndex)).toEqual(Array(4).fill(MALFORMED));
    // Over all pairs of tokens, exactly the 56 are well-formed.
    let known = 0;
    for (let a = 0; a < 80; a++)
      for (let b = 0; b < 80; b++) if (actionIndex([a, 0, b]) !== MALFORMED) known++;
    expect(known).toBe(56);
  });

  it('reads and writes words', () => {
    expect(parseAction('visit Ada')).toEqual({ tool: token.visit, argument: id('Ada') });
    expect(parseAction('  SEARCH   press ')).toEqual({ tool: token.search, argument: id('press') });
    expect(text([token.answer, id('mother'), id('Yara'), 999])).toBe('answer mother Yara <999?>');
  });

  it.each([
    [
      'fly Ada',
      'plan: expected an action like "visit Ada", got "fly Ada". Known tools: visit, search, answer.',
    ],
    ['', 'plan: expected an action like "visit Ada", got "". Known tools: visit, search, answer.'],
    ['search', 'plan: expected "search" and one query term, got "search". Known: archive, census,'],
    ['search Ada', 'plan: expected "search" and one query term, got "search Ada". Known: archive, census,'],
    ['visit Ada Bo', 'plan: expected "visit" and one entity, got "visit Ada Bo". Known: Ada, Bo, Cleo,'],
    ['answer <pad>', 'plan: expected "answer" and one entity, got "answer <pad>". Known: Ada, Bo, Cleo,'],
  ])('refuses "%s"', (input, message) => {
    expect(() => parseAction(input)).toThrow(InputError);
    expect(() => parseAction(input)).toThrow(message);
  });
});
