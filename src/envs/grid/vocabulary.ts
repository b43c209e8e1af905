import { actionSpace } from '../actionSpace.ts';

/**
 * The 80 words of the key-door grid. What both worlds share (`<bos>`, plan marks, manners) has the search
 * world's ids, and `grid` is one that it leaves unused, so that one policy can be taught both.
 */
const groups = {
  special: '<pad> <bos> <spare-1> plan endplan go move take open wall floor doorway keys goal <spare-2> grid',
  direction: 'north east south west',
  key: 'red green blue yellow white black purple orange',
  door: 'red-door green-door blue-door yellow-door white-door black-door purple-door orange-door',
  // Thoughts of a move: go on as before, or begin with the next heading of the question.
  heading: 'ahead turn',
  spare: Array.from({ length: 32 }, (_, i) => `<spare-${i + 3}>`).join(' '),
  manner: 'boldly briefly calmly carefully gladly plainly quickly slowly',
  end: '<no-thought> <spare-36>',
};

const grouped = Object.values(groups).map((line) => line.split(' '));

/** Token id → word. */
export const words: readonly string[] = grouped.flat();

const idsOf = (group: keyof typeof groups): readonly number[] => {
  const at = Object.keys(groups).indexOf(group);
  const first = grouped.slice(0, at).flat().length;
  return grouped[at].map((_, i) => first + i);
};

/** North, east, south, west: the order of a view. */
export const directions = idsOf('direction');
/** The eight colours of keys; `doors[i]` has the colour of `keys[i]`. */
export const keys = idsOf('key');
export const doors = idsOf('door');
const [ahead, turn] = idsOf('heading');

/** Token ids of the marks, tools, things seen and thoughts. */
export const token = {
  pad: 0,
  bos: 1,
  plan: 3,
  endPlan: 4,
  go: 5,
  move: 6,
  take: 7,
  open: 8,
  wall: 9,
  floor: 10,
  /** A door that has been opened. */
  doorway: 11,
  /** A board on which a key of every colour hangs. */
  keys: 12,
  goal: 13,
  grid: 15,
  ahead,
  turn,
  /** In place of the thought of an action that was replayed from action data. */
  silent: 78,
} as const;

/** 4 moves, 8 keys to take, 4 directions to open a door in; the last number is every malformed step. */
export const { actionTable, MALFORMED, ACTIONS, actionIndex, text, parseAction } = actionSpace(
  words,
  [
    { tool: token.move, arguments: directions, noun: 'direction' },
    { tool: token.take, arguments: keys, noun: 'key colour' },
    { tool: token.open, arguments: directions, noun: 'direction' },
  ],
  'move north',
);
