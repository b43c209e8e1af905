import { InputError } from '../../core/errors.ts';
import type { Action } from '../types.ts';

/** The 80 words of the search world: a token is an index into `words`. */
const groups = {
  // Marks, tools, page brackets, and the two thoughts that are not a relation.
  special:
    '<pad> <bos> question plan endplan go visit search answer [ ] no-result alias stuck start <spare-1>',
  entity:
    'Ada Bo Cleo Dov Eli Fay Gus Hana Ivo Jun Kira Leo Mia Noor Omar Pia Quin Rosa Sven Tara Uma Vito Wren Yara',
  relation: 'mother friend teacher neighbour mentor rival',
  alias: 'Badger Crane Falcon Heron Ibex Jackal Lynx Marten Moth Osprey Otter Puma Raven Stoat Viper Wolf',
  term: 'archive census court harbour market museum press theatre',
  // Kept for thoughts with entropy: eight ways of saying the same.
  manner: 'boldly briefly calmly carefully gladly plainly quickly slowly',
  spare: '<spare-2> <spare-3>',
};

const grouped = Object.values(groups).map((line) => line.split(' '));

/** Token id → word. */
export const words: readonly string[] = grouped.flat();

/** Token ids of the marks, tools and thoughts. */
export const token = {
  pad: 0,
  bos: 1,
  question: 2,
  plan: 3,
  endPlan: 4,
  go: 5,
  visit: 6,
  search: 7,
  answer: 8,
  page: 9,
  endPage: 10,
  noResult: 11,
  alias: 12,
  /** Thought while facing an alias. */
  stuck: 13,
  /** Thought of the first step. */
  start: 14,
} as const;

const idsOf = (group: keyof typeof groups): readonly number[] => {
  const at = Object.keys(groups).indexOf(group);
  const first = grouped.slice(0, at).flat().length;
  return grouped[at].map((_, i) => first + i);
};

export const entities = idsOf('entity');
export const relations = idsOf('relation');
export const aliases = idsOf('alias');
export const terms = idsOf('term');

/** What each tool takes. */
const tools = [
  { tool: token.visit, arguments: entities, noun: 'entity' },
  { tool: token.search, arguments: terms, noun: 'query term' },
  { tool: token.answer, arguments: entities, noun: 'entity' },
] as const;

/** Action number → action: 24 visits, 8 searches, 24 answers. */
export const actionTable: readonly Action[] = tools.flatMap(({ tool, arguments: args }) =>
  args.map((argument) => ({ tool, argument })),
);

/** The number of every malformed step: a first token that is no tool, or an argument the tool cannot take. */
export const MALFORMED = actionTable.length;
/** Actions of the automaton, the malformed one included. */
export const ACTIONS = MALFORMED + 1;

const V = words.length;
const numbers = new Map(actionTable.map(({ tool, argument }, i) => [tool * V + argument, i]));

/** Number of the action that the step's first (tool) and last (argument) tokens stand for. */
export function actionIndex(step: ArrayLike<number>): number {
  return numbers.get(step[0] * V + step[step.length - 1]) ?? MALFORMED;
}

/** Readable text of tokens; an id outside the vocabulary shows as `<id?>`. */
export function text(tokens: ArrayLike<number>): string {
  return Array.from(tokens, (id) => words[id] ?? `<${id}?>`).join(' ');
}

/**
 * Reads an action such as `visit Ada`; case does not matter.
 * @throws InputError naming what was not understood and the words that would be.
 */
export function parseAction(input: string): Action {
  const parts = input.trim().split(/\s+/);
  const find = (word: string, ids: readonly number[]) =>
    ids.find((id) => words[id].toLowerCase() === word.toLowerCase());
  const list = (ids: readonly number[]) => ids.map((id) => words[id]).join(', ');
  const toolIds = tools.map(({ tool }) => tool);

  const tool = tools.find((t) => t.tool === find(parts[0], toolIds));
  if (!tool)
    throw new InputError(
      `plan: expected an action like "visit Ada", got "${input}". Known tools: ${list(toolIds)}.`,
    );
  const argument = parts.length === 2 ? find(parts[1], tool.arguments) : undefined;
  if (argument === undefined)
    throw new InputError(
      `plan: expected "${words[tool.tool]}" and one ${tool.noun}, got "${input}". ` +
        `Known: ${list(tool.arguments)}.`,
    );
  return { tool: tool.tool, argument };
}
