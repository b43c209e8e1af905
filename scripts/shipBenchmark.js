/**
 * Makes a run of `npm run bench -- --out FOLDER` the comparison with peers that the lab's Benchmark page shows:
 *   node scripts/shipBenchmark.js [FOLDER]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.js';

/** The folder whose results ship. */
const folder = process.argv[2] ?? 'docs/results/bench/comparison';
const lines = readFileSync(join(root, folder, 'bench.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const head = lines.find((line) => 'adapter' in line);
if (!head?.command)
  throw new Error(`${folder}: expected a first line with the command, got none. Measure again with --out.`);
const { place, adapter, cpu, cores, load, command, commit, createdAt } = head;
const records = lines.filter((line) => 'suite' in line && line.place === place);
for (const record of records) delete record.place;
const comparison = { format: 1, place, adapter, cpu, cores, load, command, commit, createdAt, records };
mkdirSync(join(root, 'public/benchmarks'), { recursive: true });
writeFileSync(join(root, 'public/benchmarks/comparison.json'), `${JSON.stringify(comparison, null, 1)}\n`);
console.log(`Wrote public/benchmarks/comparison.json: ${records.length} results of ${folder}`);
