import type { BenchRecord, Curve, SuiteName } from '../../bench/record.ts';
import { caseOf, rowOf } from '../../bench/table.ts';
import type { BenchHeader } from '../../bench/suites.ts';
import { csv, type Figure, type Panel } from '../../experiments/index.ts';
import type { BenchmarkRequest } from '../../workers/benchmarkProtocol.ts';
import { percent } from '../format.ts';

/** A benchmark as the lab keeps and exports it. */
export interface BenchmarkResult extends BenchHeader {
  readonly format: 1;
  readonly createdAt: string;
  /** Sources that were measured, where the build could tell. */
  readonly commit: string | null;
  readonly browser: string;
  readonly request: BenchmarkRequest;
  readonly records: readonly BenchRecord[];
}

/** The suites in words. */
export const suiteViews: Readonly<Record<SuiteName, { readonly title: string; readonly about: string }>> = {
  ceilings: {
    title: 'Ceilings of the adapter',
    about: 'Multiply-adds in registers and copies: what no kernel can beat.',
  },
  train: { title: 'Train step', about: 'Forward, backward, clipping and AdamW on distinct sequences.' },
  sample: { title: 'Sampling', about: '48 tokens behind prompts of 24, with a cache of keys and values.' },
  actguide: {
    title: 'ActGuide step',
    about:
      'A step with its search, a rollout of all tasks both ways, and a pass@32 curve, on micro. On a GPU the faster way is used from then on.',
  },
  scaling: { title: 'Cost curves', about: 'Against batch, context length, model size and group size.' },
  kernels: { title: 'Kernel by kernel', about: 'A train step by timestamp queries, where there are any.' },
  products: {
    title: 'Matrix products',
    about: 'Each product of the step against the best hand-written candidate. Takes long: all are compiled.',
  },
  memory: { title: 'Memory over time', about: 'Bytes of GPU buffers over many steps of changing size.' },
};

/** What a start measures unless a person chooses otherwise. */
export const usualSuites: readonly SuiteName[] = ['ceilings', 'train', 'sample', 'actguide', 'scaling'];

export const resultHead = [
  'what',
  'case',
  'median',
  'quartiles',
  'first run',
  'peak memory',
  'rate',
  'of the ceiling',
  'note',
] as const;

/** A rate as a share of the adapter's ceiling measured in the same benchmark; undefined without either. */
export function shareOfCeiling(record: BenchRecord, records: readonly BenchRecord[]): number | undefined {
  const ceiling = (kernel: string) =>
    records.find(({ suite, at }) => suite === 'ceilings' && at.kernel === kernel);
  if (record.suite === 'ceilings') return undefined;
  const [rate, most] =
    record.gflops === undefined
      ? [record.gbps, ceiling('copy')?.gbps]
      : [record.gflops, ceiling('multiply-add')?.gflops];
  return rate === undefined || most === undefined ? undefined : rate / most;
}

/** Results as the rows of the page's table; kernels have a chart of their own. */
export const resultRows = (records: readonly BenchRecord[]): string[][] =>
  records.filter(listed).map((record) => {
    const row = rowOf(record, records);
    const share = shareOfCeiling(record, records);
    return [
      suiteViews[record.suite].title,
      row.case,
      row.median,
      row.quartiles,
      row.first,
      row.memory,
      row.rate,
      share === undefined ? '' : percent(share),
      record.contender.startsWith('best candidate') ? record.contender : row.note,
    ];
  });

const figures = ['medianMs', 'lowMs', 'highMs', 'turns', 'firstMs', 'peakBytes', 'gflops', 'gbps'] as const;

const listed = ({ suite, absent }: BenchRecord): boolean => suite !== 'kernels' || absent !== undefined;

/** Every record with its exact figures, as CSV. */
export const resultCsv = (records: readonly BenchRecord[]): string =>
  csv(
    records.map((record) => {
      const { suite, contender, backend, absent = null } = record;
      const values = Object.fromEntries(figures.map((name) => [name, record[name] ?? null]));
      return { suite, case: caseOf(record), contender, backend, ...values, absent };
    }),
  );

const milliseconds = 'milliseconds, median and quartiles';
const SERIES = 'ActGuide Lab';

/** The curves of `scaling`: what lies on each x axis, and its name. */
const curves: readonly { curve: Curve; title: string; x: 'batch' | 'context' | 'size'; label: string }[] = [
  {
    curve: 'batch',
    title: 'Train step against batch',
    x: 'batch',
    label: 'sequences of 48 tokens',
  },
  {
    curve: 'context',
    title: 'Train step against context length',
    x: 'context',
    label: 'tokens a sequence, 64 sequences',
  },
  {
    curve: 'size',
    title: 'Train step against model size',
    x: 'size',
    label: 'policy, 16 sequences of 96 tokens',
  },
  {
    curve: 'group',
    title: 'Sampling against group size',
    x: 'batch',
    label: 'sequences, 24 + 16 tokens each',
  },
];

const pointOf = (series: string, x: number | string, { medianMs = 0, lowMs, highMs }: BenchRecord) => ({
  ...{ series, x, y: medianMs },
  ...(lowMs !== undefined && highMs !== undefined && { low: lowMs, high: highMs }),
});

const shortPart = (part: string): string => (part.startsWith('prefix') ? 'prefix curve' : part);

/** Median times and the curves of cost, as far as they have been measured; null before there is any. */
export function costFigure(records: readonly BenchRecord[]): Figure | null {
  const timed = records.filter(({ medianMs }) => medianMs !== undefined);
  const named = timed.flatMap((record) => {
    const { suite, at } = record;
    if (suite === 'train') return [pointOf(SERIES, `train ${at.batch}`, record)];
    if (suite === 'sample') return [pointOf(SERIES, `sample ${at.sequences}`, record)];
    return suite === 'actguide' ? [pointOf(SERIES, shortPart(String(at.part)), record)] : [];
  });
  const panels: Panel[] = [];
  if (named.length > 0)
    panels.push({
      ...{ title: 'A step and its parts', mark: 'bar', x: { label: '' }, y: { label: milliseconds } },
      points: named,
    });
  for (const { curve, title, x, label } of curves) {
    const points = timed.filter(({ suite, at }) => suite === 'scaling' && at.curve === curve);
    if (points.length === 0) continue;
    panels.push({
      ...{ title, mark: x === 'size' ? 'bar' : 'line', x: { label }, y: { label: milliseconds } },
      points: points.map((record) => pointOf(SERIES, record.at[x], record)),
    });
  }
  return panels.length === 0
    ? null
    : {
        caption: 'Our kernels on this adapter; curves that grow in proportion run through zero.',
        columns: 3,
        panels,
      };
}

/** Kernels of a train step by time, the longest first: their share of the step. */
export function kernelShares(
  records: readonly BenchRecord[],
  most: number,
): { label: string; share: number; ms: number }[] {
  const kernels = records.flatMap(({ suite, at, medianMs }) =>
    suite === 'kernels' && medianMs !== undefined ? [{ label: String(at.kernel), ms: medianMs }] : [],
  );
  const total = kernels.reduce((sum, { ms }) => sum + ms, 0);
  return kernels
    .map(({ label, ms }) => ({ label, ms, share: ms / total }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, most);
}

/** Milliseconds that the case under way still takes, from the turns timed so far; undefined before the first. */
export function caseLeftMs(done: number, of: number, elapsedMs: number): number | undefined {
  return done < 1 ? undefined : (elapsedMs / done) * (of - done);
}
