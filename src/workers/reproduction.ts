import { parseRunConfig } from '../actguide/runConfig.ts';
import { DeviceLostError, InputError } from '../core/errors.ts';
import {
  environmentOf,
  itemContext,
  items,
  MemoryStore,
  type Item,
  type RecordStore,
} from '../experiments/index.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { GpuPolicy } from '../policy/gpuPolicy.ts';
import { ResultStore } from '../storage/index.ts';
import { acquireGpu } from './acquireGpu.ts';
import { errorView } from './errors.ts';
import { Outbox } from './outbox.ts';
import { reproduceItem, type ReproductionHost } from './reproduceItem.ts';
import type {
  ReproductionApi,
  ReproductionEvent,
  ReproductionListener,
  ReproductionScale,
} from './reproduceProtocol.ts';
import { shippedHost } from './shippedHost.ts';

const MOST_SEEDS = 100;

/** Items of the paper, one after another, on a GPU device that is held only while one runs. */
export class ReproductionSession implements ReproductionApi {
  private outbox: Outbox<ReproductionEvent> | undefined;
  private abort = new AbortController();
  private ended: Promise<void> = Promise.resolve();
  private opened: Promise<Keeping> | undefined;

  async connect(listener: ReproductionListener): Promise<void> {
    this.outbox = new Outbox(listener);
  }

  async start(id: string, scale: ReproductionScale, modelsUrl: string): Promise<void> {
    const item = items.find((known) => known.id === id);
    if (!item)
      throw new InputError(
        `reproduce: expected one of ${items.map((known) => known.id).join(', ')}, got ${id}. Choose one of these.`,
      );
    const { policy, seed, seeds, quick } = scale;
    if (!Number.isInteger(seeds) || seeds < 1 || seeds > MOST_SEEDS)
      throw new InputError(`seeds: expected a whole number from 1 to ${MOST_SEEDS}, got ${seeds}.`);
    const context = itemContext(parseRunConfig({ policy, seed }), policy, seeds, quick);
    this.abort.abort();
    const abort = (this.abort = new AbortController());
    // Chained at once: of two starts in one moment the second waits for the first.
    this.ended = this.ended.then(() => this.run(item, context, modelsUrl, abort));
    await this.ended;
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.ended;
  }

  private async run(
    item: Item,
    context: ReturnType<typeof itemContext>,
    modelsUrl: string,
    abort: AbortController,
  ): Promise<void> {
    const { signal } = abort;
    let gpu: Gpu | undefined;
    try {
      signal.throwIfAborted();
      const { store, keep } = await (this.opened ??= this.open());
      this.emit({ type: 'loading', what: 'Asking for the GPU' });
      const device = (gpu = await acquireGpu());
      void device.device.lost.then(({ reason, message }) => abort.abort(lost(`${reason}: ${message}`)));
      this.emit({ type: 'loading', what: 'Loading the base policies' });
      const host = await shippedHost(item.units(context), modelsUrl, ({ config, parameters }) =>
        GpuPolicy.create(device, config, parameters),
      );
      const startedAt = new Date().toISOString();
      const provenance = () => ({
        adapter: device.adapter,
        ...sources(),
        browser: navigator.userAgent,
        startedAt,
      });
      const lab = { store, host, environment: environmentOf, provenance, signal };
      await reproduceItem(item, context, lab, { emit: (event) => this.emit(event), keep });
      this.emit({ type: 'done' });
    } catch (error) {
      // The loss of the device is told to its promise and to whoever waits for a buffer, in no certain order.
      await new Promise((resolve) => setTimeout(resolve));
      const reason: unknown = signal.reason;
      if (reason instanceof DeviceLostError) this.emit({ type: 'error', error: errorView(reason) });
      else if (signal.aborted) this.emit({ type: 'stopped' });
      else this.emit({ type: 'error', error: errorView(error) });
    } finally {
      gpu?.destroy();
    }
  }

  private async open(): Promise<Keeping> {
    try {
      const store = await ResultStore.open();
      return { store, keep: (own, data) => store.keep(own, data) };
    } catch (error) {
      this.emit({ type: 'notKept', message: errorView(error).message });
      return { store: new MemoryStore(), keep: () => Promise.resolve() };
    }
  }

  private emit(event: ReproductionEvent): void {
    this.outbox?.push(event);
  }
}

/** Where runs and results are kept. */
interface Keeping {
  readonly store: RecordStore;
  readonly keep: ReproductionHost['keep'];
}

const lost = (why: string): DeviceLostError =>
  new DeviceLostError(
    `webgpu: the GPU device was lost (${why}). Press Start again: it goes on with the runs that are kept.`,
  );

/** The sources that the page was built from, where the build could tell. */
function sources(): { commit: string | null; modified: boolean | null } {
  const { VITE_COMMIT, VITE_MODIFIED } = import.meta.env;
  return { commit: VITE_COMMIT ?? null, modified: VITE_MODIFIED ?? null };
}
