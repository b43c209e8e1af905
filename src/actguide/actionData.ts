import * as v from 'valibot';
import { InputError } from '../core/errors.ts';
import { Episode } from '../envs/episode.ts';
import type { Action, Environment, Task } from '../envs/types.ts';
import type { Rollout } from './rollout.ts';

/** Whose actions they are: the task's reference plan, a person's demonstration, a policy's rollout. */
export const actionSources = ['reference', 'own', 'rollout'] as const;
export type ActionSource = (typeof actionSources)[number];

/** Action data of one task, in words: what was done, without reasoning. */
export interface ActionLine {
  /** `Task.id`: with the world, all that the task is. */
  readonly task: string;
  /** The question as the policy reads it; in data that was checked, that of the task. */
  readonly question?: string;
  readonly actions: readonly { readonly tool: string; readonly argument: string }[];
  readonly source: ActionSource;
  /** Y of the actions carried out. */
  readonly reward: number;
}

/** A line that cannot serve as a demonstration, 1-based, and why. */
export interface BadLine {
  readonly line: number;
  readonly reason: string;
}

export interface ActionImport {
  /** Demonstrations that earn the reward, at most one a task. */
  readonly kept: readonly ActionLine[];
  readonly bad: readonly BadLine[];
}

/** Most lines of a file, and most characters. */
export const MAX_LINES = 10_000;
const MAX_CHARACTERS = 8 * 2 ** 20;
/** No task of a run has a higher index within its level. */
const MAX_INDEX = 4095;

const word = v.pipe(v.string(), v.minLength(1), v.maxLength(40));

/** The form of a line; fields that this version does not know are left out. */
export const actionLineSchema = v.object({
  task: v.pipe(v.string(), v.maxLength(80)),
  question: v.optional(v.pipe(v.string(), v.maxLength(200))),
  actions: v.pipe(v.array(v.object({ tool: word, argument: word })), v.minLength(1), v.maxLength(64)),
  source: v.optional(v.picklist(actionSources), 'own'),
  reward: v.optional(v.picklist([0, 1]), 1),
});

/**
 * The task with this id.
 * @throws InputError when the world has none.
 */
export function taskById(environment: Environment, id: string): Task {
  const [, seed, level, index] = (/-(\d{1,10})-(\d{1,2})-(\d{1,4})$/.exec(id) ?? []).map(Number);
  const known = seed < 2 ** 32 && level < environment.levels.length && index <= MAX_INDEX;
  const [task] = known ? environment.tasks({ seed, level, count: 1, first: index }) : [];
  if (task?.id !== id)
    throw new InputError(
      `task: expected one of the ${environment.title.toLowerCase()}, such as ` +
        `${environment.tasks({ seed: 7, level: 0, count: 1 })[0].id}, got "${id.slice(0, 60)}". Check the world and the id.`,
    );
  return task;
}

/** Actions as a line of action data. reward: what they earn, where that is known already. */
export function actionLine(
  environment: Environment,
  task: Task,
  actions: readonly Action[],
  source: ActionSource,
  reward = carryOut(environment, task, actions).reward,
): ActionLine {
  return {
    task: task.id,
    question: environment.text(task.question),
    actions: actions.map(({ tool, argument }) => ({
      tool: environment.text([tool]),
      argument: environment.text([argument]),
    })),
    source,
    reward,
  };
}

/** What a rollout did, as a line of action data; a malformed step stands there as it was said. */
export function rolloutLine(environment: Environment, { task, tokens, turnStarts }: Rollout): ActionLine {
  const actions = turnStarts.map((at) => ({
    tool: tokens[at],
    argument: tokens[at + environment.stepTokens - 1],
  }));
  return actionLine(environment, task, actions, 'rollout');
}

/** Carries actions out, one a turn, until they or the episode end. */
export function carryOut(environment: Environment, task: Task, actions: readonly Action[]) {
  const episode = new Episode(task.automaton(), task.maxTurns);
  const states = [episode.state];
  const replies: (readonly number[])[] = [];
  for (const { tool, argument } of actions) {
    if (episode.done) break;
    replies.push(episode.step(environment.actionIndex([tool, argument])));
    states.push(episode.state);
  }
  const { reward, done, turnsLeft } = episode;
  /** states: before the first turn and after each; replies: of each turn, in tokens. */
  return { reward, done, turnsLeft, states, replies };
}

/**
 * The plan that a line demonstrates, carried out to be sure, with its task and what it earns. context: tokens that
 * the policy it is to guide can read.
 * @throws InputError saying why it cannot serve as a demonstration.
 */
export function demonstratedPlan(
  environment: Environment,
  { task: id, question, actions }: Pick<ActionLine, 'task' | 'question' | 'actions'>,
  context: number,
): { task: Task; plan: Action[]; reward: number } {
  const task = taskById(environment, id);
  const asked = environment.text(task.question);
  if (question !== undefined && question !== asked)
    throw new InputError(`question: expected "${asked}", as ${id} asks here, got "${question}".`);
  const plan = actions.map(({ tool, argument }) => environment.parseAction(`${tool} ${argument}`));
  const { reward, replies } = carryOut(environment, task, plan);
  if (plan.length > replies.length) {
    const why = replies.length === task.maxTurns ? 'its turns run out' : 'the episode ends';
    throw new InputError(
      `actions: expected all ${plan.length} to be carried out, got ${replies.length}: there ${why}.`,
    );
  }
  if (reward <= 0)
    throw new InputError(`actions: expected them to earn the reward, got none when they were carried out.`);
  const tokens =
    environment.prompt(task, plan).length +
    replies.reduce((sum, reply) => sum + environment.stepTokens + reply.length, 0);
  if (tokens > context)
    throw new InputError(
      `actions: expected an episode of at most ${context} tokens, the policy's context, got ${tokens}.`,
    );
  return { task, plan, reward };
}

/**
 * Reads action data in JSON Lines. Every line is carried out in the world; those that earn the reward are kept, the first
 * of each task, and the others named with the reason. Empty lines count but say nothing.
 * @throws InputError when the text is too long to be action data.
 */
export function parseActionData(environment: Environment, text: string, context: number): ActionImport {
  // Some editors begin a file with a byte-order mark.
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (text.length > MAX_CHARACTERS || lines.length > MAX_LINES + 1)
    throw new InputError(
      `action data: expected at most ${MAX_LINES} lines and ${MAX_CHARACTERS} characters, got ${lines.length} and ` +
        `${text.length}. Split the file.`,
    );
  const kept = new Map<string, ActionLine>();
  const bad: BadLine[] = [];
  lines.forEach((content, i) => {
    if (content.trim() === '') return;
    try {
      const line = parseLine(content);
      const { task, plan, reward } = demonstratedPlan(environment, line, context);
      if (kept.has(task.id))
        throw new InputError(`task: expected each task once, got ${task.id} again. The first is kept.`);
      kept.set(task.id, actionLine(environment, task, plan, line.source, reward));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      bad.push({ line: i + 1, reason: error.message });
    }
  });
  return { kept: [...kept.values()], bad };
}

function parseLine(content: string): ActionLine {
  let input: unknown;
  try {
    input = JSON.parse(content);
  } catch {
    throw new InputError(`line: expected JSON, got "${content.trim().slice(0, 40)}".`);
  }
  const result = v.safeParse(actionLineSchema, input, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const at = v.getDotPath(issue) ?? 'line';
  const missing = issue.received === 'undefined';
  throw new InputError(
    missing
      ? `${at}: expected a value, got none.`
      : `${at}: expected ${issue.expected ?? 'another value'}, got ${issue.received.slice(0, 60)}.`,
  );
}

/** Lines as a file: JSON Lines, each ending in a line feed. */
export function formatActionData(lines: readonly ActionLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
