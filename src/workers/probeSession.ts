import * as Comlink from 'comlink';
import { actionLine, parseActionData, type ActionImport, type ActionLine } from '../actguide/actionData.ts';
import { withDemonstrations } from '../actguide/demonstrations.ts';
import { searchWorld, type SearchWorld } from '../envs/search/world.ts';
import type { LanguageModel } from '../policy/types.ts';
import type { RerollRequest, RerollView, ToolView, WalkView } from './handsOn.ts';
import { policyLook, type BothSequences, type SequenceView } from './policyLook.ts';
import { guidanceCurveOf, profileTask, sampleTrajectory, taskOf, taskView } from './probing.ts';
import type {
  BarrierRequest,
  ProbeApi,
  TaskRef,
  TaskView,
  TrajectoryRequest,
  WorldOptions,
} from './protocol.ts';
import { rerolled } from './rerolling.ts';
import { toolViews, walkView, withOneNoiseAction } from './walking.ts';

/** Looks at tasks and probes a model, one probe after another; a worker's session adds where the model comes from. */
export abstract class ProbeSession implements ProbeApi {
  /** The world with its reference plans. */
  protected plainWorld: SearchWorld = searchWorld();
  /** The world with the plans that were demonstrated in their place: what probes see. */
  protected world: SearchWorld = this.plainWorld;
  /** Ids of the tasks with such a plan. */
  private demonstrated: ReadonlySet<string> = new Set();
  /** Tail of the queue of work on the model. */
  private queue: Promise<unknown> = Promise.resolve();
  /** Re-rolls that are under way or wait for their turn, by id. */
  private readonly rerolls = new Map<string, AbortController>();

  /** @throws InputError while none is loaded. */
  protected abstract model(): LanguageModel;
  /** Its weights of now. */
  protected abstract parameters(): Promise<Float32Array>;
  /** Training steps behind the weights. */
  protected abstract get stepsDone(): number;
  protected abstract barrierProgress(fraction: number): void;

  task(ref: TaskRef): Promise<TaskView> {
    return this.now(() => {
      const view = taskView(this.world, ref);
      return { ...view, demonstrated: this.demonstrated.has(view.id) };
    });
  }

  trajectory(request: TrajectoryRequest) {
    return this.exclusive(() => sampleTrajectory(this.model(), this.world, request, this.stepsDone));
  }

  look({ guided, unguided }: BothSequences) {
    return this.exclusive(async () => {
      const { config } = this.model();
      const parameters = await this.parameters();
      const look = ({ tokens }: SequenceView) =>
        policyLook(config, parameters, tokens, this.plainWorld.words, this.stepsDone);
      const looks = { guided: look(guided), unguided: look(unguided) };
      return Comlink.transfer(
        looks,
        Object.values(looks).map(({ attention }) => attention.buffer as ArrayBuffer),
      );
    });
  }

  barrierProfile(request: BarrierRequest) {
    return this.exclusive(() =>
      profileTask(this.model(), this.world, request, this.stepsDone, (fraction) =>
        this.barrierProgress(fraction),
      ),
    );
  }

  guidanceCurve(ref: TaskRef, samples: number) {
    return this.exclusive(() => guidanceCurveOf(this.model(), this.world, ref, samples, this.stepsDone));
  }

  demonstrate(lines: readonly ActionLine[]): Promise<void> {
    return this.now(() => {
      this.world = withDemonstrations(this.plainWorld, lines, this.context);
      this.demonstrated = new Set(lines.map((line) => line.task));
    });
  }

  /** Other tasks in place of the ones there; what was demonstrated there is forgotten. @throws InputError */
  protected useWorld(options: WorldOptions): void {
    this.plainWorld = searchWorld(options);
    this.world = this.plainWorld;
    this.demonstrated = new Set();
  }

  tools(): Promise<ToolView[]> {
    return this.now(() => toolViews(this.plainWorld));
  }

  walk(ref: TaskRef, actions: readonly string[]): Promise<WalkView> {
    return this.now(() => walkView(this.plainWorld, ref, actions, this.context));
  }

  addNoise(ref: TaskRef, plan: readonly string[], seed: number): Promise<string[]> {
    return this.now(() => withOneNoiseAction(this.plainWorld, ref, plan, seed));
  }

  reroll(request: RerollRequest, onProgress: (done: number) => void): Promise<RerollView> {
    const stop = new AbortController();
    this.rerolls.set(request.id, stop);
    return this.exclusive(() =>
      rerolled(this.model(), this.world, request, this.stepsDone, { signal: stop.signal, onProgress }),
    ).finally(() => this.rerolls.delete(request.id));
  }

  stopReroll(id: string): Promise<void> {
    return this.now(() => this.rerolls.get(id)?.abort());
  }

  referencePlans(refs: readonly TaskRef[]): Promise<ActionLine[]> {
    return this.now(() =>
      refs.map((ref) => {
        const task = taskOf(this.plainWorld, ref);
        return actionLine(this.plainWorld, task, task.plan, 'reference');
      }),
    );
  }

  readActions(text: string): Promise<ActionImport> {
    return this.now(() => parseActionData(this.plainWorld, text, this.context));
  }

  /** Runs `work` after everything queued before it, whether that succeeded or not. */
  protected exclusive<R>(work: () => Promise<R>): Promise<R> {
    const result = this.queue.then(work, work);
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** What needs no model does not wait for one. */
  private async now<R>(work: () => R): Promise<R> {
    return work();
  }

  /** Tokens that the model can read. */
  private get context(): number {
    return this.model().config.context;
  }
}
