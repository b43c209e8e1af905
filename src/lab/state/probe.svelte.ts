import { defaultRun } from '../../actguide/config.ts';
import type { OrtProbeApi, ProbeApi, WorldView } from '../../workers/protocol.ts';
import { modelsUrl, startProbe } from '../../workers/client.ts';
import type { RemoteWorker } from '../../workers/remote.ts';
import { CloseUp, type Prober } from './closeUp.svelte.ts';
import { HandsOn } from './handsOn.svelte.ts';

/** The page without WebGPU: the shipped policy through onnxruntime-web, one task close up. */
export class ProbeLab implements Prober {
  world = $state.raw<WorldView | undefined>();
  problem = $state<string | undefined>();
  readonly closeUp = new CloseUp(this);
  readonly handsOn = new HandsOn(this, this.closeUp, () => this.world?.levels.length ?? 0);
  private worker: RemoteWorker<OrtProbeApi> | undefined;

  async open(): Promise<void> {
    try {
      this.worker = await startProbe((fraction) => {
        if (this.closeUp.barrierFraction !== undefined) this.closeUp.barrierFraction = fraction;
      });
      const loaded = await this.worker.call((api) => api.load(defaultRun.policy, modelsUrl()));
      this.world = loaded.world;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
      return;
    }
    await this.handsOn.library.open();
    await this.closeUp.open(this.world.levels.length - 1, 0);
  }

  close(): void {
    this.worker?.terminate();
    this.worker = undefined;
  }

  probe<R>(invoke: (api: ProbeApi) => Promise<R>): Promise<R> {
    if (!this.worker) throw new Error('lab: expected a running probe worker, found none. Reload the page.');
    return this.worker.call(invoke);
  }
}
