import type { BenchRecord } from '../../bench/record.ts';
import { rowOf } from '../../bench/table.ts';
import { shippedFile } from '../shipped.ts';

/** A recorded comparison with peers, as `scripts/shipBenchmark.js` makes it of a run of `npm run bench`. */
export interface RecordedComparison {
  readonly format: 1;
  readonly place: 'node' | 'chromium';
  readonly adapter: string;
  readonly cpu: string;
  readonly cores: number;
  /** Load averages of the machine before: 1, 5 and 15 minutes. */
  readonly load: readonly string[];
  readonly command: string;
  readonly commit: string;
  readonly createdAt: string;
  readonly records: readonly BenchRecord[];
}

export const comparisonHead = [
  'library',
  'what',
  'median',
  'quartiles',
  '× ours',
  'first run',
  'peak memory',
  'note',
] as const;

/** Ours and the peers by case, with how many times as long they took. */
export const comparisonRows = ({ records }: RecordedComparison): string[][] =>
  records.map((record) => {
    const row = rowOf(record, records);
    const { contender, suite, median, quartiles, first, memory, note } = row;
    return [contender, `${suite}, ${row.case}`, median, quartiles, row['×'] || '1', first, memory, note];
  });

/** The recorded comparison beside the page. @throws LabError when it cannot be had. */
export const loadComparison = async (): Promise<RecordedComparison> =>
  (await (await shippedFile('benchmark', 'benchmarks/comparison.json')).json()) as RecordedComparison;
