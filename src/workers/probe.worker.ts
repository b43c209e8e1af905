import * as Comlink from 'comlink';
import { InputError } from '../core/errors.ts';
import { importOnnx } from '../policy/onnx/importOnnx.ts';
import { loadOrt } from '../policy/onnx/loadOrt.ts';
import { ortModel } from '../policy/onnx/ortModel.ts';
import type { LanguageModel, PolicySize } from '../policy/types.ts';
import { fetchModel } from './models.ts';
import { ProbeSession } from './probeSession.ts';
import { worldView } from './probing.ts';
import type { LoadedProbe, OrtProbeApi } from './protocol.ts';

/** Probes of a shipped policy through onnxruntime-web, whose sessions run one call at a time. */
class OrtProbeSession extends ProbeSession implements OrtProbeApi {
  protected readonly stepsDone = 0;
  private loaded: LanguageModel | undefined;
  private weights = new Float32Array();
  private onProgress: (fraction: number) => void = () => undefined;

  connect(onProgress: (fraction: number) => void): Promise<void> {
    this.onProgress = onProgress;
    return Promise.resolve();
  }

  load(size: PolicySize, modelsUrl: string): Promise<LoadedProbe> {
    return this.exclusive(async () => {
      const [ort, bytes] = await Promise.all([loadOrt(), fetchModel(size, modelsUrl)]);
      this.loaded?.destroy();
      this.loaded = await ortModel(ort, bytes);
      this.weights = importOnnx(bytes).parameters;
      return { policy: this.loaded.config, world: worldView(this.plainWorld) };
    });
  }

  protected model(): LanguageModel {
    if (!this.loaded) throw new InputError('probe: expected a loaded policy, found none. Load one first.');
    return this.loaded;
  }

  protected parameters(): Promise<Float32Array> {
    return Promise.resolve(this.weights);
  }

  protected barrierProgress(fraction: number): void {
    this.onProgress(fraction);
  }
}

Comlink.expose(new OrtProbeSession());
