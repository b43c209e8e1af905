// Writes the table of claims and verdicts between the marks `<!-- claims -->` and `<!-- /claims -->` of README.md, from
// the items that `npx actguide reproduce … --out docs/results/reproduce` has made:
//   node scripts/resultsTable.js
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const folder = at('docs/results/reproduce/');
const paperOrder = [
  'fig3',
  'fig4',
  'table1',
  'table2',
  'fig5',
  'fig6',
  'table3',
  'table4',
  'fig7',
  'table5',
  'fig8',
  'table7',
  'table8',
  'appC',
  'released',
];

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

const items = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(folder + name, 'utf8')))
  .filter((item) => item.verdicts?.length)
  .sort((a, b) => paperOrder.indexOf(a.item) - paperOrder.indexOf(b.item));
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
