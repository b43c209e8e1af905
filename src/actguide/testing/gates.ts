import { Random } from '../../core/random.ts';
import { compile } from '../../envs/compile.ts';
import type { Action, Automaton, Environment, Task, TaskRequest } from '../../envs/types.ts';

/**
 * A world small enough to compute by hand, for the tests of this folder: gates in a row, each opened by one
 * argument. The prior argument 0 opens the gates of level 0; level n has n gates that want another one.
 */
export const words = [
  'bos',
  'go',
  'plan',
  'end',
  'try',
  'hm',
  'oh',
  'a0',
  'a1',
  'a2',
  'a3',
  'ok',
  'no',
  'L0',
  'L1',
  'L2',
];
export const token = Object.fromEntries(words.map((word, id) => [word, id]));
export const ARGUMENTS = 4;
/** The argument that a stale gate wants: never the prior's a0. */
export const staleArgument = (gate: number) => 1 + (gate % 3);

const MALFORMED = ARGUMENTS;

function gatesTask(level: number, key: number): Task {
  const gates = level === 0 ? 2 : level + 1;
  const codes = Array.from({ length: gates }, (_, gate) =>
    level === 0 || gate === 0 ? 0 : staleArgument(gate),
  );
  let automaton: Automaton | undefined;
  return {
    id: `gates-${level}-${key}`,
    key,
    level,
    question: [token.L0 + level],
    plan: codes.map((code): Action => ({ tool: token.try, argument: token.a0 + code })),
    expertThoughts: codes.map(() => [token.hm]),
    maxTurns: gates,
    automaton: () =>
      (automaton ??= compile<{ opened: number; broken: boolean }>({
        name: `gates-${level}`,
        start: { opened: 0, broken: false },
        actions: ARGUMENTS + 1,
        step: ({ opened }, action) => {
          if (action === MALFORMED)
            return { state: { opened, broken: true }, observation: [], reward: 0, done: true };
          if (action !== codes[opened])
            return { state: { opened, broken: false }, observation: [token.no], reward: 0, done: false };
          const won = opened + 1 === gates;
          return {
            state: { opened: opened + 1, broken: false },
            observation: won ? [] : [token.ok],
            reward: won ? 1 : 0,
            done: won,
          };
        },
        key: ({ opened, broken }) => `${opened} ${broken}`,
        label: ({ opened }) => `${opened} open`,
      })),
  };
}

export const gates: Environment = {
  name: 'gates',
  title: 'Gates',
  words,
  levels: [0, 1, 2].map((level) => ({ name: `L${level}`, description: `${level} stale gates` })),
  stepTokens: 3,
  prompt: (task, plan) => [
    token.bos,
    ...task.question,
    ...(plan.length
      ? [token.plan, ...plan.flatMap(({ tool, argument }) => [tool, argument]), token.end]
      : []),
    token.go,
  ],
  actions: Array.from({ length: ARGUMENTS }, (_, a) => ({ tool: token.try, argument: token.a0 + a })),
  silentStep: ({ tool, argument }) => [tool, token.oh, argument],
  actionIndex: (step) => {
    const argument = step[step.length - 1] - token.a0;
    return step[0] === token.try && argument >= 0 && argument < ARGUMENTS ? argument : MALFORMED;
  },
  tasks: ({ seed, count, level }: TaskRequest) => {
    const random = new Random(seed);
    return Array.from({ length: count }, (_, i) => gatesTask(level ?? i % 3, random.bits()));
  },
  parseAction: () => {
    throw new Error('not needed here');
  },
  text: (tokens) => Array.from(tokens, (id) => words[id]).join(' '),
};

export { gatesTask };
