import type { Cell, ItemFile, ItemSummary, Verdict } from '../../experiments/index.ts';
import type { AdapterSummary } from '../../kernels/gpu.ts';
import { adapterInFull, adapterName } from '../adapterName.ts';
import { number } from '../format.ts';

/** How many claims came out how. */
export interface Outcomes {
  readonly holds: number;
  readonly fails: number;
  readonly undecided: number;
}

export function outcomesOf(verdicts: readonly Pick<Verdict, 'outcome'>[]): Outcomes {
  const count = (outcome: Verdict['outcome']) => verdicts.filter((v) => v.outcome === outcome).length;
  return { holds: count('holds'), fails: count('does not hold'), undecided: count('undecided') };
}

/** All claims of several items; a quick look judges nothing. */
export function totalOutcomes(summaries: readonly Pick<ItemSummary, 'quick' | 'verdicts'>[]): Outcomes {
  return outcomesOf(summaries.filter(({ quick }) => !quick).flatMap(({ verdicts }) => verdicts));
}

/** Ours beside the paper's: mean, 95 % interval, number of values. */
export function oursInWords({ interval: { mean, low, high }, values, per }: Verdict): string {
  if (values.length === 0) return 'no data yet';
  const count = `${values.length} ${values.length === 1 ? per : `${per}s`}`;
  return values.length === 1
    ? `${number(mean)}, ${count}`
    : `${number(mean)} [${number(low)}, ${number(high)}], ${count}`;
}

/** Where a result comes from, line by line; what its provenance does not tell is left out. */
export function madeBy({
  provenance,
  context,
  runs,
  wallMs,
  model,
}: ItemFile): { what: string; value: string }[] {
  const told = provenance as {
    adapter?: AdapterSummary;
    commit?: string | null;
    modified?: boolean | null;
    startedAt?: string;
    command?: readonly string[];
    browser?: string;
  };
  const { base, seeds, run, quick } = context;
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Adapter', told.adapter && adapterInFull(told.adapter)],
    ['Date', told.startedAt && dateOf(told.startedAt)],
    [
      'Commit',
      told.commit ? `${told.commit.slice(0, 12)}${told.modified ? ', with changes' : ''}` : undefined,
    ],
    ['Base policy', model ?? base],
    ['Seeds', seeds.join(', ')],
    [
      'Scale',
      `${run.steps} steps of ${run.tasksPerStep} tasks × ${run.groupSize} rollouts${quick ? ', a quick look' : ''}`,
    ],
    ['Runs', `${runs.length}, ${minutes(wallMs)} of computing`],
    ['Command', told.command && `npx actguide ${told.command.join(' ')}`],
    ['Browser', told.browser],
  ];
  return lines.flatMap(([what, value]) => (value ? [{ what, value }] : []));
}

/** When something started, as a day people read. */
export const dateOf = (iso: string): string =>
  new Date(iso).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

/** The day a result was made on; empty where that is not told. */
export function startedOn({ provenance }: Pick<ItemSummary, 'provenance'>): string {
  const { startedAt } = provenance as { startedAt?: string };
  return startedAt ? dateOf(startedAt) : '';
}

/** The adapter and the day of a result, for the line that marks it. */
export function madeOn({ provenance }: Pick<ItemSummary, 'provenance'>): string {
  const { adapter } = provenance as { adapter?: AdapterSummary };
  return [adapter && adapterName(adapter), startedOn({ provenance })].filter(Boolean).join(', ');
}

const minutes = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} seconds` : `${(ms / 60_000).toFixed(1)} minutes`;

/** Milliseconds that are left when `share` of the work took `elapsedMs`; undefined while too little is done to tell. */
export function remainingMs(share: number, elapsedMs: number): number | undefined {
  return share < 0.005 || share >= 1 ? undefined : (elapsedMs / share) * (1 - share);
}

/** The command line that makes an item at a scale. */
export function commandOf(
  item: string,
  { policy, seed, seeds, quick }: { policy: string; seed: number; seeds: number; quick: boolean },
): string {
  const scale = quick ? ' --quick' : '';
  return `npx actguide reproduce ${item} --policy ${policy} --seed ${seed} --seeds ${seeds}${scale} --out results`;
}

/** A cell as it was measured or printed: large whole numbers grouped, nothing rounded. */
export function cellText(cell: Cell): string {
  if (cell === null) return '–';
  return typeof cell === 'number' && Number.isInteger(cell) ? cell.toLocaleString('en-US') : String(cell);
}
