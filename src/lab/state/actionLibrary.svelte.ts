import { formatActionData, type ActionLine, type BadLine } from '../../actguide/actionData.ts';
import type { Method, RunConfig } from '../../actguide/config.ts';
import { download } from '../download.ts';
import { heldOutRef, TASKS_PER_LEVEL, type CloseUp, type Prober } from './closeUp.svelte.ts';
import type { Inspector } from './lastStep.svelte.ts';
import { Guarded } from './guarded.svelte.ts';

const KEY = 'actguide-demonstrations';

/** The demonstrations in use in place of reference plans: a person's own and those of files. */
export class ActionLibrary extends Guarded {
  lines = $state.raw<readonly ActionLine[]>([]);
  /** Whether the next run is guided by them. */
  train = $state(true);
  /** Tasks of every step that are demonstrated ones. */
  perStep = $state(1);
  /** What the last file or export came to. */
  note = $state<string | undefined>();
  bad = $state.raw<readonly BadLine[]>([]);

  /** Kept lines that the world in place has no use for: they stay for the world that has. */
  private elsewhere: readonly string[] = [];

  constructor(
    private readonly prober: Prober & Partial<Inspector>,
    private readonly closeUp: CloseUp,
    /** Levels of the world. */
    private readonly levels: () => number,
  ) {
    super();
  }

  /** What they add to the settings of the next run; nothing for `sft`, whose expert thinks aloud. */
  forRun(method: Method): Pick<RunConfig, 'demonstrations' | 'demonstratedTasks'> {
    if (!this.train || this.lines.length === 0 || method === 'sft') return {};
    const included = Math.min(Math.floor(this.perStep), this.lines.length);
    return { demonstrations: this.lines, ...(included > 0 && { demonstratedTasks: included }) };
  }

  /** Whether there are runs, and so rollouts to export and something to train. */
  get trains(): boolean {
    return this.prober.inspect !== undefined;
  }

  /** The demonstrations that this browser kept, of which the world in place may know some and not others. */
  async open(): Promise<void> {
    await this.guarded(async () => {
      const text = stored();
      if (text === '' && this.lines.length === 0) return;
      const { kept, bad } = await this.prober.probe((api) => api.readActions(text));
      const lines = text.split('\n');
      this.elsewhere = bad.map(({ line }) => lines[line - 1]);
      await this.prober.probe((api) => api.demonstrate(kept));
      this.lines = kept;
    });
  }

  of(task: string): ActionLine | undefined {
    return this.lines.find((line) => line.task === task);
  }

  /** A demonstration more; an earlier one of the same task gives way. The panels show it at once. */
  async add(line: ActionLine): Promise<void> {
    await this.guarded(() => this.use([...this.lines.filter(({ task }) => task !== line.task), line]));
  }

  async remove(task: string): Promise<void> {
    await this.guarded(() => this.use(this.lines.filter((line) => line.task !== task)));
  }

  async importFile(file: File): Promise<void> {
    this.note = undefined;
    this.bad = [];
    await this.guarded(async () => {
      const text = await file.text();
      const { kept, bad } = await this.prober.probe((api) => api.readActions(text));
      const others = this.lines.filter((line) => !kept.some(({ task }) => task === line.task));
      await this.use([...others, ...kept]);
      this.bad = bad;
      this.note = `${file.name}: ${count(kept.length, 'demonstration')} kept, ${count(bad.length, 'line')} refused.`;
    });
  }

  exportOwn(): void {
    this.save('demonstrations.jsonl', this.lines);
  }

  /** The reference plans of the held-out tasks that one can leaf through. */
  async exportReference(): Promise<void> {
    await this.guarded(async () => {
      const refs = Array.from({ length: this.levels() * TASKS_PER_LEVEL }, (_, i) =>
        heldOutRef(Math.floor(i / TASKS_PER_LEVEL), i % TASKS_PER_LEVEL),
      );
      this.save('reference-plans.jsonl', await this.prober.probe((api) => api.referencePlans(refs)));
    });
  }

  /** What the rollouts of the last training step did. */
  async exportRollouts(): Promise<void> {
    await this.guarded(async () => {
      const lines = (await this.prober.inspect?.((api) => api.lastActions())) ?? [];
      if (lines.length === 0) this.note = 'There are no rollouts yet: make a training step first.';
      else this.save('rollouts.jsonl', lines);
    });
  }

  private save(name: string, lines: readonly ActionLine[]): void {
    this.bad = [];
    this.note = `${name}: ${count(lines.length, 'line')}.`;
    download(name, new Blob([formatActionData(lines)], { type: 'application/jsonl' }));
  }

  private async use(lines: readonly ActionLine[]): Promise<void> {
    await this.prober.probe((api) => api.demonstrate([...lines]));
    this.lines = lines;
    keep(formatActionData(lines) + this.elsewhere.map((line) => `${line}\n`).join(''));
    if (this.closeUp.task) await this.closeUp.show({ ...this.closeUp.ref });
  }
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function stored(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

function keep(text: string): void {
  try {
    if (text === '') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, text);
  } catch {
    // Storage may be switched off or full; the demonstrations then last as long as the page.
  }
}
