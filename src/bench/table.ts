import type { BenchRecord } from './record.ts';

const columns = [
  'suite',
  'case',
  'contender',
  'median',
  'quartiles',
  '×',
  'first',
  'memory',
  'rate',
  'note',
] as const;
/** A record in words, by column. */
export type Row = Record<(typeof columns)[number], string>;

const ms = (value: number): string =>
  value >= 999.5 ? `${(value / 1000).toFixed(2)} s` : `${value.toPrecision(3)} ms`;
const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
/** What was varied, in words. */
export const caseOf = ({ at }: BenchRecord): string =>
  Object.entries(at)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** How many times ours takes as long: the medians' ratio to the first record of the same case. */
function ratio(record: BenchRecord, records: readonly BenchRecord[]): string {
  const own = records.find((other) => other.suite === record.suite && caseOf(other) === caseOf(record));
  return own?.medianMs && record.medianMs && own !== record
    ? (record.medianMs / own.medianMs).toFixed(2)
    : '';
}

/** A record in words; `records` hold ours, which others are set against. */
export function rowOf(record: BenchRecord, records: readonly BenchRecord[]): Row {
  const { suite, contender, backend, medianMs, lowMs, highMs, firstMs, peakBytes, gflops, gbps } = record;
  const { lossGap, absent } = record;
  return {
    suite,
    case: caseOf(record),
    contender: `${contender} (${backend})`,
    median: medianMs === undefined ? '' : ms(medianMs),
    quartiles: lowMs === undefined || highMs === undefined ? '' : `${ms(lowMs)} – ${ms(highMs)}`,
    '×': ratio(record, records),
    first: firstMs === undefined ? '' : ms(firstMs),
    memory: peakBytes === undefined ? '' : megabytes(peakBytes),
    rate: gflops ? `${gflops.toFixed(1)} GFLOP/s` : gbps ? `${gbps.toFixed(1)} GB/s` : '',
    note: absent
      ? `absent: ${absent.split('\n')[0]}`
      : lossGap
        ? `gap of losses ${lossGap.toExponential(1)}`
        : '',
  };
}

/** The results as a Markdown table; `×` is the median over that of the first contender of the case, ours. */
export function tableOf(records: readonly BenchRecord[]): string {
  const rows = records.map((record) => rowOf(record, records));
  const shown = columns.filter((column) => rows.some((row) => row[column] !== ''));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(shown),
    line(shown.map(() => '---')),
    ...rows.map((row) => line(shown.map((c) => row[c]))),
  ].join('\n');
}
