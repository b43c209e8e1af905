import { expect, it } from 'vitest';
import { entities, relations, token, words } from '../envs/search/vocabulary.ts';
import { questionInWords, replyInWords } from './words.ts';

const named = (word: string): number => words.indexOf(word);

it('asks the question as a person would', () => {
  const question = questionInWords({ start: entities[0], relations: [relations[0], relations[2]] });
  expect(question).toBe('Who is Ada’s mother’s teacher?');
});

it('reads replies out', () => {
  const page = [token.page, named('friend'), named('Bo'), named('rival'), named('Cleo'), token.endPage];
  expect(replyInWords(page)).toBe('friend → Bo, rival → Cleo');
  expect(replyInWords([token.page, token.alias, named('Heron'), token.endPage])).toBe(
    'hidden behind alias Heron',
  );
  expect(replyInWords([token.page, token.noResult, token.endPage])).toBe('no result');
  expect(replyInWords([])).toBe('');
});
