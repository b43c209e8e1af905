import { SvelteMap } from 'svelte/reactivity';
import { defaultRun } from '../../actguide/config.ts';
import { summaryOf, type ItemFile, type ItemSummary, type ShippedIndex } from '../../experiments/index.ts';
import { ResultStore, type OwnResult } from '../../storage/index.ts';
import { modelsUrl, startReproduction } from '../../workers/client.ts';
import type { ErrorView } from '../../workers/protocol.ts';
import { errorView } from '../../workers/errors.ts';
import type { RemoteWorker } from '../../workers/remote.ts';
import type {
  ReproductionApi,
  ReproductionEvent,
  ReproductionScale,
} from '../../workers/reproduceProtocol.ts';
import { loadIndex, loadRecorded, loadRecordedData } from '../reproduce/load.ts';

/** What runs now, and how far it is. */
export interface ReproductionProgress {
  readonly item: string;
  /** What it is at, in words. */
  readonly what: string;
  readonly share: number;
  readonly made: number;
  readonly toMake: number;
  readonly elapsedMs: number;
}

/** The seeds of the recorded results: the same ones on the same adapter give the same numbers. */
const FIRST_SEED = 11;

/** Items of the paper: the recorded results, a person's own ones, and the run under way. */
export class Reproduction {
  readonly scale = $state<{ -readonly [Name in keyof ReproductionScale]: ReproductionScale[Name] }>({
    policy: defaultRun.policy,
    seed: FIRST_SEED,
    seeds: 3,
    quick: true,
  });
  index = $state.raw<ShippedIndex | undefined>();
  /** Recorded items that have been opened. */
  readonly recorded = new SvelteMap<string, ItemFile>();
  /** A person's own results, by item. */
  readonly own = new SvelteMap<string, OwnResult>();
  /** Items whose recorded result is shown although there is an own one. */
  readonly aside = new SvelteMap<string, boolean>();
  progress = $state.raw<ReproductionProgress | undefined>();
  stopping = $state(false);
  error = $state.raw<ErrorView | undefined>();
  /** Why nothing is kept in this browser. */
  lost = $state<string | undefined>();
  private worker: RemoteWorker<ReproductionApi> | undefined;
  private store: Promise<ResultStore> | undefined;
  private opening: Promise<void> | undefined;

  /** Reads what ships and what is kept; later calls wait for the first. */
  open(): Promise<void> {
    return (this.opening ??= this.read());
  }

  /** The result that an item's view shows, and whether it is the person's own. */
  shown(item: string): { readonly file: ItemFile; readonly own: OwnResult | null } | undefined {
    const own = this.own.get(item);
    if (own && !this.aside.get(item)) return { file: own.result, own };
    const file = this.recorded.get(item);
    return file && { file, own: null };
  }

  /** What the list shows of an item. */
  summary(item: string): { readonly summary: ItemSummary; readonly own: boolean } | undefined {
    const own = this.own.get(item);
    if (own) return { summary: summaryOf(own.result), own: true };
    const summary = this.index?.items.find((shipped) => shipped.item === item);
    return summary && { summary, own: false };
  }

  ships(item: string): boolean {
    return this.index?.items.some((shipped) => shipped.item === item) ?? false;
  }

  /** Loads the recorded result of an item, where one ships. */
  async openItem(item: string): Promise<void> {
    await this.open();
    if (this.recorded.has(item) || !this.ships(item)) return;
    await this.guarded(async () => void this.recorded.set(item, await loadRecorded(item)));
  }

  /** The long-form data behind the result shown, as CSV. */
  async data(item: string): Promise<string> {
    if (!this.shown(item)?.own) return loadRecordedData(item);
    return (await (await this.results()).data(item)) ?? '';
  }

  /** Runs what an item lacks at the chosen scale. */
  async start(item: string): Promise<void> {
    const scale = { ...this.scale };
    this.error = undefined;
    this.stopping = false;
    this.aside.delete(item);
    this.progress = { item, what: 'Starting', share: 0, made: 0, toMake: 0, elapsedMs: 0 };
    await this.guarded(async () => {
      this.worker ??= await startReproduction((events) => {
        for (const event of events) this.take(event);
      });
      await this.worker.call((remote) => remote.start(item, scale, modelsUrl()));
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.guarded(async () => this.worker?.call((remote) => remote.stop()));
  }

  /**
   * Deletes a person's own result of an item, with the runs that no other needs. Not while an item runs: what it needs of
   * the runs that are kept is known for certain only once it has ended.
   */
  async discard(item: string): Promise<void> {
    if (this.progress) return;
    await this.guarded(async () => {
      await (await this.results()).discard(item);
      this.own.delete(item);
    });
  }

  private take(event: ReproductionEvent): void {
    const { progress } = this;
    switch (event.type) {
      case 'loading':
        if (progress) this.progress = { ...progress, what: event.what };
        return;
      case 'progress':
        if (progress) this.progress = { ...progress, ...event, what: event.unit };
        return;
      case 'result':
        this.own.set(event.own.item, event.own);
        return;
      case 'notKept':
        this.lost = event.message;
        return;
      case 'error':
        this.error = event.error;
        this.progress = undefined;
        return;
      case 'done':
      case 'stopped':
        this.progress = undefined;
        return;
    }
    event satisfies never;
  }

  private results(): Promise<ResultStore> {
    return (this.store ??= ResultStore.open());
  }

  private async read(): Promise<void> {
    const kept = this.results().then(
      async (store) => {
        for (const own of await store.results()) this.own.set(own.item, own);
      },
      (error: unknown) => (this.lost = errorView(error).message),
    );
    await Promise.all([kept, this.guarded(async () => void (this.index = await loadIndex()))]);
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.error = errorView(error);
      this.progress = undefined;
    }
  }
}
