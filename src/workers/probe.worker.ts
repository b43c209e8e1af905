import * as Comlink from 'comlink';
import { InputError } from '../core/errors.ts';
import { searchWorld } from '../envs/search/world.ts';
import { loadOrt } from '../policy/onnx/loadOrt.ts';
import { ortModel } from '../policy/onnx/ortModel.ts';
import type { LanguageModel, PolicySize } from '../policy/types.ts';
import { fetchModel } from './models.ts';
import { guidanceCurveOf, profileTask, sampleTrajectory, taskView, worldView } from './probing.ts';
import type { BarrierRequest, LoadedProbe, OrtProbeApi, TaskRef, TrajectoryRequest } from './protocol.ts';

/** Probes of a shipped policy through onnxruntime-web, one after another: its sessions run one call at a time. */
class ProbeSession implements OrtProbeApi {
  private readonly world = searchWorld();
  private model: LanguageModel | undefined;
  private onProgress: (fraction: number) => void = () => undefined;
  private queue: Promise<unknown> = Promise.resolve();

  connect(onProgress: (fraction: number) => void): Promise<void> {
    this.onProgress = onProgress;
    return Promise.resolve();
  }

  load(size: PolicySize, modelsUrl: string): Promise<LoadedProbe> {
    return this.exclusive(async () => {
      const [ort, bytes] = await Promise.all([loadOrt(), fetchModel(size, modelsUrl)]);
      this.model?.destroy();
      this.model = await ortModel(ort, bytes);
      return { policy: this.model.config, world: worldView(this.world) };
    });
  }

  task(ref: TaskRef) {
    return Promise.resolve(taskView(this.world, ref));
  }

  trajectory(request: TrajectoryRequest) {
    return this.exclusive(() => sampleTrajectory(this.requireModel(), this.world, request, 0));
  }

  barrierProfile(request: BarrierRequest) {
    return this.exclusive(() => profileTask(this.requireModel(), this.world, request, 0, this.onProgress));
  }

  guidanceCurve(ref: TaskRef, samples: number) {
    return this.exclusive(() => guidanceCurveOf(this.requireModel(), this.world, ref, samples, 0));
  }

  private requireModel(): LanguageModel {
    if (!this.model) throw new InputError('probe: expected a loaded policy, found none. Load one first.');
    return this.model;
  }

  private exclusive<R>(work: () => Promise<R>): Promise<R> {
    const result = this.queue.then(work, work);
    this.queue = result.catch(() => undefined);
    return result;
  }
}

Comlink.expose(new ProbeSession());
