import { SvelteSet } from 'svelte/reactivity';
import {
  RunStore,
  type RunLabels,
  type RunSummary,
  type StorageUse,
  type StoredRun,
} from '../../storage/index.ts';
import { download, fileName } from '../download.ts';
import { Guarded } from './guarded.svelte.ts';

/** Runs whose curves can be laid over each other at once: there are as many colours. */
export const MOST_COMPARED = 5;

/** The kept runs as the page shows them. */
export class Library extends Guarded {
  runs = $state.raw<readonly RunSummary[]>([]);
  use = $state.raw<StorageUse | null>(null);
  /** Why the run under way could not be kept; until the next that can. */
  lost = $state<string | undefined>();
  /** Runs whose curves are laid over each other, in the order they were chosen. */
  readonly chosen = new SvelteSet<string>();
  /** Their steps, once read. */
  compared = $state.raw<readonly StoredRun[]>([]);
  ready = $state(false);
  private opening: Promise<RunStore> | undefined;
  private refreshing = false;
  private again = false;

  /** The store; opened on first use. */
  store(): Promise<RunStore> {
    return (this.opening ??= RunStore.open());
  }

  /** Reads the list anew; while it is read, further calls count as one. */
  async refresh(): Promise<void> {
    if (this.refreshing) {
      this.again = true;
      return;
    }
    this.refreshing = true;
    await this.guarded(async () => {
      const store = await this.store();
      do {
        this.again = false;
        this.runs = await store.list();
        this.use = await store.use();
        await this.readChosen();
      } while (this.again);
    });
    this.ready = true;
    this.refreshing = false;
  }

  async choose(id: string, on: boolean): Promise<void> {
    if (!on) this.chosen.delete(id);
    else if (this.chosen.size < MOST_COMPARED) this.chosen.add(id);
    await this.guarded(() => this.readChosen());
  }

  async label(id: string, labels: RunLabels): Promise<void> {
    await this.guarded(async () => (await this.store()).label(id, labels));
    await this.refresh();
  }

  async delete(id: string): Promise<void> {
    this.chosen.delete(id);
    await this.guarded(async () => (await this.store()).delete(id));
    await this.refresh();
  }

  async importFile(file: File): Promise<void> {
    await this.guarded(async () => {
      const store = await this.store();
      const id = await store.import(new Uint8Array(await file.arrayBuffer()));
      await this.choose(id, true);
    });
    const { problem } = this;
    await this.refresh();
    this.problem = problem;
  }

  /** The run as one file, weights and all. */
  async exportFile({ id, name }: RunSummary): Promise<void> {
    await this.guarded(async () => {
      const bytes = await (await this.store()).export(id);
      download(fileName(name, 'actguide'), new Blob([bytes], { type: 'application/octet-stream' }));
    });
  }

  /** Settings and curves as JSON, for other programs. */
  async exportJson({ id, name }: RunSummary): Promise<void> {
    await this.guarded(async () => {
      const { run, steps } = await (await this.store()).read(id);
      const text = JSON.stringify({ ...run, steps }, null, 1);
      download(fileName(name, 'json'), new Blob([text], { type: 'application/json' }));
    });
  }

  async read(id: string): Promise<StoredRun | undefined> {
    let found: StoredRun | undefined;
    await this.guarded(async () => {
      found = await (await this.store()).read(id);
    });
    return found;
  }

  private async readChosen(): Promise<void> {
    const store = await this.store();
    this.compared = await Promise.all(
      [...this.chosen]
        .filter((id) => this.runs.length === 0 || this.runs.some((run) => run.id === id))
        .map(async (id) => ({ ...(await store.read(id)), checkpoint: null })),
    );
  }
}
