import type { ActionImport, ActionLine } from '../actguide/actionData.ts';
import type { RunConfig, StepMetrics, Success } from '../actguide/config.ts';
import type { GraphEdge, GraphNode } from '../envs/search/graph.ts';
import type { AdapterSummary } from '../kernels/gpu.ts';
import type { PolicyConfig, PolicySize } from '../policy/types.ts';
import type { RunBase, RunCheckpoint } from '../storage/index.ts';
import type { RerollRequest, RerollView, ToolView, WalkView } from './handsOn.ts';
import type { GroupRef, GuidanceCurve, StepView, TokenAnatomy, TokenView } from './inspection.ts';
import type { BothLooks, BothSequences } from './policyLook.ts';

/** A task of the world by number: the same reference names the same task in every session. */
export interface TaskRef {
  readonly seed: number;
  readonly level: number;
  readonly index: number;
  /**
   * Present for a task of a training step: `index` counts the `count` tasks of step `step` of the run with this seed. A
   * run may include other tasks than those drawn; then `id` is the task's.
   */
  readonly training?: { readonly step: number; readonly count: number; readonly id?: string };
}

export interface LevelView {
  readonly name: string;
  readonly description: string;
}

/** Options of the search world that differ from the usual ones. */
export type WorldOptions = NonNullable<RunConfig['world']>;

/** What the page knows of the environment. */
export interface WorldView {
  readonly name: string;
  readonly title: string;
  readonly levels: readonly LevelView[];
}

/** A node of the task's picture with Ψ, the highest success probability any policy can reach from it. */
export interface GraphNodeView extends GraphNode {
  readonly psi: number;
}

export interface GraphView {
  readonly nodes: readonly GraphNodeView[];
  readonly edges: readonly GraphEdge[];
}

export interface TaskView {
  readonly ref: TaskRef;
  readonly id: string;
  readonly levelName: string;
  /** The question as the policy reads it. */
  readonly question: string;
  /** ḡ in words, one entry an action. */
  readonly plan: readonly string[];
  /** Whether that is a demonstration in place of the reference plan. */
  readonly demonstrated?: boolean;
  readonly maxTurns: number;
  readonly graph: GraphView;
}

/** One turn of an agent, in words. */
export interface TurnView {
  readonly tool: string;
  readonly thought: string;
  readonly argument: string;
  readonly observation: string;
}

export interface TrajectoryView {
  readonly taskId: string;
  /** Training steps behind the weights that produced it. */
  readonly step: number;
  /** k: plan actions shown in the prompt; 0 is unguided. */
  readonly k: number;
  readonly reward: number;
  readonly turns: readonly TurnView[];
  /** Every token the agent sampled, under the plan and without it: three a turn. */
  readonly tokens: readonly TokenView[];
  /** Where the agent stood before the first turn and after each: [turns + 1]. */
  readonly path: readonly PathPoint[];
  /** What the policy read; a recorded trajectory may lack it. */
  readonly sequences?: BothSequences;
}

export interface PathPoint {
  /** Node of the task's graph; null once the episode is lost. */
  readonly node: string | null;
  /** Ψ of the state with the turns left (Definition 2.1). */
  readonly psi: number;
}

export interface TrajectoryRequest {
  readonly task: TaskRef;
  /** Plan actions shown in the prompt: the first k of the reference plan. */
  readonly k: number;
  /** A plan in words (`visit Ada, search press`) to show instead. */
  readonly plan?: string;
  /** Draws the sampled tokens; the same seed and weights give the same trajectory. */
  readonly seed: number;
}

export interface BarrierToken {
  readonly word: string;
  readonly role: 'tool' | 'thought' | 'argument';
  /** 0-based turn the token belongs to. */
  readonly turn: number;
  /** Mean over the vocabulary of |Δ centred logit|, guided against unguided (Eq. 5). */
  readonly deltaLogit: number;
}

export interface PrefixPoint {
  /** Turns of the guided trajectory already taken. */
  readonly turns: number;
  /** Ψ of the state: whether success is still possible at all. */
  readonly psi: number;
  /** pass@K from here, unguided, and the share of continuations that succeeded. */
  readonly passAtK: number;
  readonly success: number;
}

/** Figure 3 for one task under one set of weights. */
export interface BarrierView {
  readonly task: TaskRef;
  readonly taskId: string;
  readonly levelName: string;
  /** Training steps behind the weights; 0 is the shipped base policy. */
  readonly step: number;
  readonly policy: string;
  readonly passK: number;
  readonly tokens: readonly BarrierToken[];
  /** One point before each turn, and one after the last. */
  readonly prefixes: readonly PrefixPoint[];
  /** First and last turn of the barrier for these weights, from exact Ψ; null where nothing bars them. */
  readonly barrier: readonly [number, number] | null;
  readonly reward: number;
  readonly elapsedMs: number;
}

export interface BarrierRequest {
  readonly task: TaskRef;
  readonly seed: number;
}

/** What stands behind every number on the screen. */
export interface LoadedPolicy {
  readonly adapter: AdapterSummary;
  readonly policy: PolicyConfig;
  /** Whether it came with the lab, from a file of the person's own, or with a kept run. */
  readonly origin: 'shipped' | 'file' | 'kept';
  /** Trainable parameters. */
  readonly parameters: number;
  /** Free tokens in the thoughts it was pretrained on; a run's world must have as many. */
  readonly manners: number;
  readonly world: WorldView;
}

/** A policy that can only be probed. */
export type LoadedProbe = Pick<LoadedPolicy, 'policy' | 'world'>;

export type StepPhase = 'rollout' | 'search' | 'update' | 'evaluate';

/** An error as the page shows it; the message ends with the remedy. */
export interface ErrorView {
  readonly kind: 'input' | 'noGpu' | 'deviceLost' | 'network' | 'internal';
  readonly message: string;
}

/** What a trainer tells the page. `step` counts the training steps done. */
export type TrainerEvent =
  | { readonly type: 'loading'; readonly what: string }
  | { readonly type: 'ready'; readonly loaded: LoadedPolicy }
  /** A run began, or went on after `step` steps. `plannedBytes`: the most its GPU buffers will take. */
  | {
      readonly type: 'started';
      readonly config: RunConfig;
      readonly step: number;
      readonly plannedBytes?: number;
    }
  | {
      readonly type: 'progress';
      readonly step: number;
      readonly phase: StepPhase;
      readonly done: number;
      readonly total: number;
    }
  /** `gpuBytes`: the GPU buffers alive after it. */
  | {
      readonly type: 'step';
      readonly step: number;
      readonly metrics: StepMetrics;
      readonly gpuBytes?: number;
    }
  | { readonly type: 'evaluation'; readonly step: number; readonly success: Success }
  | { readonly type: 'barrierProgress'; readonly fraction: number }
  | { readonly type: 'paused'; readonly step: number }
  | { readonly type: 'resumed'; readonly step: number }
  | { readonly type: 'stopped'; readonly step: number }
  | { readonly type: 'done'; readonly step: number }
  | { readonly type: 'error'; readonly error: ErrorView }
  | { readonly type: 'deviceLost'; readonly error: ErrorView };

export type TrainerListener = (events: readonly TrainerEvent[]) => void;

/** What both workers can do: look at tasks and probe the current weights. */
export interface ProbeApi {
  /** The task in words and as a graph. @throws InputError when the level does not exist. */
  task(ref: TaskRef): Promise<TaskView>;
  /** One sampled trajectory of the current weights. @throws InputError for a plan with an unknown action. */
  trajectory(request: TrajectoryRequest): Promise<TrajectoryView>;
  /**
   * What the current weights attend to along a trajectory behind either prompt, and what they would say next: both under
   * the same weights. @throws InputError for tokens that the policy does not have, or too many.
   */
  look(sequences: BothSequences): Promise<BothLooks>;
  /** Figure 3 from the current weights. While training it is computed between two steps. */
  barrierProfile(request: BarrierRequest): Promise<BarrierView>;
  /** Figure 4 for one task: success, log-ratio shift and risk at every guidance level, `samples` rollouts each. */
  guidanceCurve(task: TaskRef, samples: number): Promise<GuidanceCurve>;
  /**
   * From now on the plans of these lines stand in place of the reference plans, for every probe but not for a run, whose
   * settings say what guides it. @throws InputError for a line that does not earn the reward.
   */
  demonstrate(lines: readonly ActionLine[]): Promise<void>;
  /** All actions of the world. */
  tools(): Promise<readonly ToolView[]>;
  /** Where actions in words lead from the start of a task. @throws InputError for one that does not exist. */
  walk(task: TaskRef, actions: readonly string[]): Promise<WalkView>;
  /** The plan with one irrelevant action more. @throws InputError when nothing is irrelevant to it. */
  addNoise(task: TaskRef, plan: readonly string[], seed: number): Promise<readonly string[]>;
  /** Continues a task K times from a state; `onProgress` counts finished continuations. One after another. */
  reroll(request: RerollRequest, onProgress: (done: number) => void): Promise<RerollView>;
  /** Ends the `reroll` of this id, which then resolves with what it has, and no other. */
  stopReroll(id: string): Promise<void>;
  /** The reference plans of tasks, whatever was demonstrated. */
  referencePlans(tasks: readonly TaskRef[]): Promise<readonly ActionLine[]>;
  /** Checks action data line by line in the world. @throws InputError when it is too long. */
  readActions(text: string): Promise<ActionImport>;
}

/** The trainer's side of the boundary. Long work reports through the listener given to `connect`. */
export interface TrainerApi extends ProbeApi {
  connect(listener: TrainerListener): Promise<void>;
  /** Acquires the GPU and loads the shipped policy from `modelsUrl`, on the page's own origin. */
  load(policy: PolicySize, modelsUrl: string): Promise<LoadedPolicy>;
  /**
   * Loads a policy file in place of the shipped one.
   * @throws InputError when the file is damaged, foreign, or of a shape the lab does not run; what was loaded stays.
   */
  loadFile(bytes: Uint8Array): Promise<LoadedPolicy>;
  /**
   * Puts the tasks of the search world with these options in place of the ones there. Ends an earlier run; its
   * weights go.
   * @throws InputError for options out of range, or a world whose steps the policy cannot write.
   */
  setWorld(options: WorldOptions): Promise<LoadedPolicy>;
  /** Begins a run in the world in place; with `paused`, takes one step and waits. Ends an earlier run. */
  start(config: RunConfig, paused: boolean): Promise<void>;
  /** Takes effect at the end of the running step. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Takes one step of a paused run. */
  step(): Promise<void>;
  /** Ends the run: a step that still samples is dropped, one that updates is finished. The weights stay for probing. */
  stop(): Promise<void>;
  /** The current weights as an ONNX file. */
  exportOnnx(): Promise<Uint8Array<ArrayBuffer>>;
  /** Everything the run needs to go on later. @throws InputError when there is no run. */
  checkpoint(): Promise<RunCheckpoint>;
  /**
   * Puts the policy that a kept run started from in place, and the tasks of its world. Ends an earlier run.
   * @throws InputError for a world whose steps the policy cannot write; what was there stays.
   */
  loadKept(base: RunBase, options: WorldOptions): Promise<LoadedPolicy>;
  /**
   * Goes on with a kept run whose base policy and world are in place, bit for bit on the same adapter; it begins paused.
   * Ends an earlier run.
   */
  resumeRun(config: RunConfig, checkpoint: RunCheckpoint['trainer']): Promise<void>;
  /** Groups, rewards, advantages and searches of the run's last step; null before the first. */
  lastStep(): Promise<StepView | null>;
  /** What every rollout of the last step did, actions alone; none before the first. */
  lastActions(): Promise<readonly ActionLine[]>;
  /** Tokens of one of its rollouts, under the weights of before its update. */
  rolloutTokens(rollout: GroupRef): Promise<readonly TokenView[]>;
  /** What the update did to one of them. */
  tokenAnatomy(rollout: GroupRef, token: number): Promise<TokenAnatomy>;
}

/** Probing without WebGPU: the shipped file through onnxruntime-web. */
export interface OrtProbeApi extends ProbeApi {
  connect(onProgress: (fraction: number) => void): Promise<void>;
  load(policy: PolicySize, modelsUrl: string): Promise<LoadedProbe>;
}
