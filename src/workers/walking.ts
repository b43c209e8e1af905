import { carryOut, demonstratedPlan, actionLine } from '../actguide/actionData.ts';
import { insertNoise } from '../actguide/actionNoise.ts';
import { psiOf } from '../envs/reachability.ts';
import { InputError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import { nodeAt } from '../envs/search/graph.ts';
import type { SearchWorld } from '../envs/search/world.ts';
import type { Environment } from '../envs/types.ts';
import type { ToolView, WalkView } from './handsOn.ts';
import { taskOf, taskView } from './probing.ts';
import type { GraphView, TaskRef } from './protocol.ts';
import { actionsInWords, questionInWords, replyInWords } from './words.ts';

/** The world's action space in words, tool after tool. */
export function toolViews({ actions, text }: Pick<Environment, 'actions' | 'text'>): ToolView[] {
  const tools = [...new Set(actions.map(({ tool }) => tool))];
  return tools.map((tool) => ({
    tool: text([tool]),
    arguments: actions.filter((action) => action.tool === tool).map(({ argument }) => text([argument])),
  }));
}

/**
 * Where these actions lead from the start of a task, and what can be done next. context: tokens of the policy that the
 * walk might guide.
 * @throws InputError for an action that the world does not have, or one after the end.
 */
export function walkView(
  world: SearchWorld,
  ref: TaskRef,
  actions: readonly string[],
  context: number,
): WalkView {
  const task = taskOf(world, ref);
  const plan = actions.map((action) => world.parseAction(action));
  const { reward, done, turnsLeft, states, replies } = carryOut(world, task, plan);
  if (replies.length < plan.length)
    throw new InputError(
      `walk: expected at most ${replies.length} actions, where the episode ends, got ${plan.length}. Undo the rest.`,
    );
  const automaton = task.automaton();
  const table = psiOf(task);
  const path = states.map((state, turn) => ({
    node: nodeAt(task, automaton.values[state]),
    psi: done && turn === plan.length ? reward : table[(task.maxTurns - turn) * automaton.states + state],
  }));
  const line = actionLine(world, task, plan, 'own');
  const problem = done ? problemOf(() => demonstratedPlan(world, line, context)) : undefined;
  return {
    ref,
    taskId: task.id,
    question: questionInWords(task),
    turns: replies.map((reply, i) => ({
      action: actionsInWords(world, [plan[i]])[0],
      observation: replyInWords(reply),
    })),
    path,
    graph: seenGraph(
      taskView(world, ref).graph,
      path.flatMap(({ node }) => node ?? []),
    ),
    known: [...new Set([...task.question, ...replies.flat()].map((token) => world.text([token])))],
    turnsLeft,
    done,
    reward,
    line: done && problem === undefined ? line : undefined,
    problem,
  };
}

function problemOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/**
 * The part of a task's graph that somebody has seen who stood at `visited`: those places, and what the pages among them
 * link to. A place not yet visited shows its name alone: neither what it is, nor whether it leads on.
 */
export function seenGraph({ nodes, edges }: GraphView, visited: readonly string[]): GraphView {
  const stood = new Set(visited);
  const kindOf = new Map(nodes.map(({ id, kind }) => [id, kind]));
  const seen = edges.filter(
    ({ from, to }) => stood.has(from) && (stood.has(to) || kindOf.get(from) !== 'alias'),
  );
  const shown = new Set([...stood, ...seen.map(({ to }) => to)]);
  /** The page behind a row of aliases goes by the name that the link had. */
  const nameOf = (id: string): string => {
    const behind = kindOf.get(id) === 'alias' ? edges.find(({ from }) => from === id) : undefined;
    return behind ? nameOf(behind.to) : (nodes.find((node) => node.id === id)?.label ?? id);
  };
  return {
    nodes: nodes
      .filter(({ id }) => shown.has(id))
      .map((node) =>
        stood.has(node.id) ? node : { ...node, kind: 'page' as const, label: nameOf(node.id), psi: 1 },
      ),
    edges: seen.map((edge) => (stood.has(edge.to) ? edge : { ...edge, planStep: null })),
  };
}

/**
 * A plan with one irrelevant action more, as action noise has it (Table 5).
 * @throws InputError when nothing is irrelevant to it, or no turn is left for one.
 */
export function withOneNoiseAction(
  world: SearchWorld,
  ref: TaskRef,
  plan: readonly string[],
  seed: number,
): string[] {
  const clean = plan.map((action) => world.parseAction(action));
  const task = taskOf(world, ref);
  if (clean.length >= task.maxTurns)
    throw new InputError(
      `noise: expected a plan of fewer than ${task.maxTurns} actions, the turns of an episode, got ${clean.length}. Delete one first.`,
    );
  const noisy = insertNoise(world, task, clean, 1, new Random(seed));
  if (noisy.length === clean.length)
    throw new InputError('noise: expected a plan that earns the reward, got another. Mend the plan first.');
  return actionsInWords(world, noisy);
}
