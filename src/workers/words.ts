import type { SearchTask, SearchWorld } from '../envs/search/world.ts';
import { token, words } from '../envs/search/vocabulary.ts';
import type { Action } from '../envs/types.ts';

/** The question as a person would ask it: `Who is Ada's mother's teacher?` */
export function questionInWords({ start, relations }: Pick<SearchTask, 'start' | 'relations'>): string {
  return `Who is ${[start, ...relations].map((id) => words[id]).join('’s ')}?`;
}

/** Actions as `tool argument`. */
export const actionsInWords = (world: Pick<SearchWorld, 'text'>, actions: readonly Action[]): string[] =>
  actions.map(({ tool, argument }) => world.text([tool, argument]));

/** An environment reply in words; an empty reply, which ends an episode, gives an empty text. */
export function replyInWords(reply: readonly number[]): string {
  const inner = reply.filter((id) => id !== token.page && id !== token.endPage);
  if (inner.length === 0) return '';
  if (inner[0] === token.noResult) return 'no result';
  if (inner[0] === token.alias)
    return `hidden behind alias ${inner
      .slice(1)
      .map((id) => words[id])
      .join(' ')}`;
  const links: string[] = [];
  for (let i = 0; i + 1 < inner.length; i += 2) links.push(`${words[inner[i]]} → ${words[inner[i + 1]]}`);
  return links.join(', ');
}
