import { taskById } from '../actguide/actionData.ts';
import { barrierProfile } from '../actguide/barrierProfile.ts';
import { guidance, parsePlan } from '../actguide/guidance.ts';
import { psiAlong } from '../actguide/reachability.ts';
import { rollouts, type Rollout } from '../actguide/rollout.ts';
import { roles, stream } from '../actguide/streams.ts';
import { Episode } from '../envs/episode.ts';
import { psiOf } from '../envs/reachability.ts';
import { evaluationSeed, trainingSeed } from '../envs/seeds.ts';
import { nodeAt, taskGraph } from '../envs/search/graph.ts';
import type { SearchTask, SearchWorld } from '../envs/search/world.ts';
import type { LanguageModel } from '../policy/types.ts';
import { barrierView } from './barrierView.ts';
import { guidancePoints } from './guidanceCurve.ts';
import type { GuidanceCurve } from './inspection.ts';
import type {
  BarrierRequest,
  BarrierView,
  GraphView,
  PathPoint,
  TaskRef,
  TaskView,
  TrajectoryRequest,
  TrajectoryView,
  TurnView,
  WorldView,
} from './protocol.ts';
import { bothSequences } from './policyLook.ts';
import { tokenViews } from './tokens.ts';
import { actionsInWords, questionInWords, replyInWords } from './words.ts';

export function worldView({ name, title, levels }: SearchWorld): WorldView {
  return { name, title, levels };
}

/** The task a reference names: one of a training step, or a held-out one, which no training step uses. */
export function taskOf(world: SearchWorld, { seed, level, index, training }: TaskRef): SearchTask {
  if (training?.id !== undefined) return taskById(world, training.id) as SearchTask;
  if (training) return world.tasks({ seed: trainingSeed(seed, training.step), count: training.count })[index];
  const [task] = world.tasks({ seed: evaluationSeed(seed, level), count: 1, level, first: index });
  return task;
}

export function taskView(world: SearchWorld, ref: TaskRef): TaskView {
  const task = taskOf(world, ref);
  return {
    ref,
    id: task.id,
    levelName: world.levels[task.level].name,
    question: questionInWords(task),
    plan: actionsInWords(world, task.plan),
    maxTurns: task.maxTurns,
    graph: graphView(task),
  };
}

/** The task's picture; Ψ of a node is that of its best state with all turns left, 0 where no state stands. */
function graphView(task: SearchTask): GraphView {
  const graph = taskGraph(task);
  const automaton = task.automaton();
  const table = psiOf(task);
  const best = new Map<string, number>([['answer', 1]]);
  automaton.values.forEach((state, s) => {
    const node = nodeAt(task, state);
    const value = table[task.maxTurns * automaton.states + s];
    if (node !== null) best.set(node, Math.max(best.get(node) ?? 0, value));
  });
  return { nodes: graph.nodes.map((node) => ({ ...node, psi: best.get(node.id) ?? 0 })), edges: graph.edges };
}

/** One sampled trajectory of `model` on a task under g_k, in words. */
export async function sampleTrajectory(
  model: LanguageModel,
  world: SearchWorld,
  { task: ref, k, plan: words, seed }: TrajectoryRequest,
  step: number,
): Promise<TrajectoryView> {
  const task = taskOf(world, ref);
  const plan = words === undefined ? guidance(task, k) : parsePlan(world, task, words);
  const request = { task, plan, stream: stream(0, roles.continuation, task.key, plan.length) };
  const [rollout] = await rollouts(model, world, [request], { seed, temperature: 1, capacity: 1 });
  return {
    taskId: task.id,
    step,
    k: plan.length,
    reward: rollout.reward,
    turns: turnViews(world, rollout),
    tokens: await tokenViews(model, world, rollout),
    path: pathOf(task, rollout),
    sequences: bothSequences(world, rollout),
  };
}

/** The turns of a rollout in words. */
export function turnViews(world: SearchWorld, { task, tokens, turnStarts, actions }: Rollout): TurnView[] {
  const episode = new Episode(task.automaton(), task.maxTurns);
  return turnStarts.map((start, i) => {
    const argument = start + world.stepTokens - 1;
    const text = (from: number, to: number): string => world.text(tokens.slice(from, to));
    return {
      tool: text(start, start + 1),
      thought: text(start + 1, argument),
      argument: text(argument, argument + 1),
      observation: replyInWords(episode.step(actions[i])),
    };
  });
}

function pathOf(task: SearchTask, rollout: Rollout): PathPoint[] {
  const { values } = task.automaton();
  const potentials = psiAlong(rollout);
  return rollout.states.map((state, turn) => ({ node: nodeAt(task, values[state]), psi: potentials[turn] }));
}

/** Figure 4 of a task from the weights of `model`. */
export async function guidanceCurveOf(
  model: LanguageModel,
  world: SearchWorld,
  ref: TaskRef,
  samples: number,
  step: number,
): Promise<GuidanceCurve> {
  const task = taskOf(world, ref);
  return { taskId: task.id, step, points: await guidancePoints(model, world, task, samples, ref.seed) };
}

/** K of pass@K, as in the paper's Figure 3. */
const PASS_K = 32;

/** Figure 3 of a task from the weights of `model`. */
export async function profileTask(
  model: LanguageModel,
  world: SearchWorld,
  { task: ref, seed }: BarrierRequest,
  step: number,
  onProgress: (fraction: number) => void,
): Promise<BarrierView> {
  const task = taskOf(world, ref);
  const began = performance.now();
  const profile = await barrierProfile(model, world, task, {
    seed,
    K: PASS_K,
    onProgress: (done, total) => onProgress(done / total),
  });
  return barrierView(
    profile,
    {
      ref,
      levelName: world.levels[task.level].name,
      step,
      policy: model.config.name,
      passK: PASS_K,
      elapsedMs: performance.now() - began,
    },
    world.stepTokens,
  );
}
