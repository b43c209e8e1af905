// Writes the table of claims and verdicts between the marks `<!-- claims -->` and `<!-- /claims -->` of README.md, from
// the items that `npx actguide reproduce … --out docs/results/reproduce` has made:
//   node scripts/resultsTable.js
// in the order of public/results/index.json, which scripts/shipResults.js writes just before.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const folder = at('docs/results/reproduce/');
const number = (x) => (Math.abs(x) >= 100 ? x.toFixed(0) : x.toFixed(Math.abs(x) < 0.01 && x !== 0 ? 3 : 2));
const cell = (text) => text.replaceAll('|', '\\|');

function row(item, { claim, paper, interval, values, per, outcome, needs }) {
  const { mean, low, high } = interval;
  const ours = values.length
    ? `${number(mean)} [${number(low)}, ${number(high)}], ${values.length} ${per}s`
    : 'no data';
  const more = outcome === 'undecided' && needs !== null ? `, needs ${needs} more ${per}s` : '';
  return `| ${item.reference} | ${cell(claim)} | ${cell(paper ?? '–')} | ${ours} | ${outcome}${more} |`;
}

const { items: listed } = JSON.parse(readFileSync(at('public/results/index.json'), 'utf8'));
const items = listed
  .map(({ item }) => JSON.parse(readFileSync(`${folder}${item}.json`, 'utf8')))
  .filter((item) => item.verdicts.length);
const table = [
  '| item | claim | paper | ours [95 % interval] | verdict |',
  '| --- | --- | --- | --- | --- |',
  ...items.flatMap((item) => item.verdicts.map((verdict) => row(item, verdict))),
].join('\n');

const readme = readFileSync(at('README.md'), 'utf8');
const marked = /(<!-- claims -->\n)[\s\S]*?(\n<!-- \/claims -->)/;
if (!marked.test(readme)) throw new Error('README.md: expected the marks <!-- claims -->, found none.');
writeFileSync(
  at('README.md'),
  readme.replace(marked, (_, open, close) => open + table + close),
);
