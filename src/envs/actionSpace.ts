import { InputError } from '../core/errors.ts';
import type { Action } from './types.ts';

/** A tool and what it takes, as token ids. */
export interface ToolSignature {
  readonly tool: number;
  readonly arguments: readonly number[];
  /** What an argument is called in errors. */
  readonly noun: string;
}

/** The tool calls of a world: their numbers, and their words. */
export interface ActionSpace {
  /** Action number → action, tool after tool. */
  readonly actionTable: readonly Action[];
  /** The number of every malformed step: a first token that is no tool, or an argument the tool cannot take. */
  readonly MALFORMED: number;
  /** Actions of the automaton, the malformed one included. */
  readonly ACTIONS: number;
  /** Number of the action that the step's first (tool) and last (argument) tokens stand for. */
  readonly actionIndex: (step: ArrayLike<number>) => number;
  /** Readable text of tokens; an id outside the vocabulary shows as `<id?>`. */
  readonly text: (tokens: ArrayLike<number>) => string;
  /**
   * Reads an action; case does not matter.
   * @throws InputError naming what was not understood and the words that would be.
   */
  readonly parseAction: (input: string) => Action;
}

/** `example` is an action in words, for errors. */
export function actionSpace(
  words: readonly string[],
  tools: readonly ToolSignature[],
  example: string,
): ActionSpace {
  const V = words.length;
  const actionTable = tools.flatMap(({ tool, arguments: args }) =>
    args.map((argument) => ({ tool, argument })),
  );
  const MALFORMED = actionTable.length;
  const numbers = new Map(actionTable.map(({ tool, argument }, i) => [tool * V + argument, i]));
  const list = (ids: readonly number[]) => ids.map((id) => words[id]).join(', ');
  const isWord = (word: string) => (id: number) => words[id].toLowerCase() === word.toLowerCase();

  return {
    actionTable,
    MALFORMED,
    ACTIONS: MALFORMED + 1,
    actionIndex: (step) => numbers.get(step[0] * V + step[step.length - 1]) ?? MALFORMED,
    text: (tokens) => Array.from(tokens, (id) => words[id] ?? `<${id}?>`).join(' '),
    parseAction(input) {
      const parts = input.trim().split(/\s+/);
      const found = tools.find(({ tool }) => isWord(parts[0])(tool));
      if (!found)
        throw new InputError(
          `plan: expected an action like "${example}", got "${input}". ` +
            `Known tools: ${list(tools.map(({ tool }) => tool))}.`,
        );
      const argument = parts.length === 2 ? found.arguments.find(isWord(parts[1])) : undefined;
      if (argument === undefined)
        throw new InputError(
          `plan: expected "${words[found.tool]}" and one ${found.noun}, got "${input}". ` +
            `Known: ${list(found.arguments)}.`,
        );
      return { tool: found.tool, argument };
    },
  };
}
