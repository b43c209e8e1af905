import { actionSpace } from '../actionSpace.ts';

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
  // Thoughts with entropy: eight ways of saying the same.
  manner: 'boldly briefly calmly carefully gladly plainly quickly slowly',
  spare: '<no-thought> <spare-3>',
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
  /** In place of the thought of an action that was replayed from action data. */
  silent: 78,
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
export const manners = idsOf('manner');

/** 24 visits, 8 searches, 24 answers; the last number is every malformed step. */
export const { actionTable, MALFORMED, ACTIONS, actionIndex, text, parseAction } = actionSpace(
  words,
  [
    { tool: token.visit, arguments: entities, noun: 'entity' },
    { tool: token.search, arguments: terms, noun: 'query term' },
    { tool: token.answer, arguments: entities, noun: 'entity' },
  ],
  'visit Ada',
);
