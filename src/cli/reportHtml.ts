import {
  isInvestigated,
  outcomeInWords,
  type Cell,
  type ItemFile,
  type Table,
  type Verdict,
} from '../experiments/index.ts';

/** An item with its figure, an SVG document. */
export interface ReportEntry {
  readonly file: ItemFile;
  readonly svg: string | null;
}

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);

const row = (cells: readonly string[], tag = 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;

/** A value and its interval stay on one line. */
function cellText(cell: Cell): string {
  const text = escape(cell === null ? '–' : String(cell));
  return text.endsWith(']') ? `<span class="n">${text}</span>` : text;
}

const table = ({ caption, columns, rows }: Table): string =>
  `<table><caption>${escape(caption)}</caption><thead>${row(columns.map(escape), 'th')}</thead><tbody>` +
  `${rows.map((cells) => row(cells.map(cellText))).join('')}</tbody></table>`;

/** Three digits that count, with the sign that stands as high as a plus. */
function number(x: number): string {
  const size = Math.abs(x);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 3;
  return x.toFixed(digits).replace('-', '−');
}

/** Ours: mean and interval, effect size, data. */
function ours({ interval, values, per, effectSize }: Verdict): string {
  if (values.length === 0) return 'no data';
  const { mean, low, high } = interval;
  const size = effectSize === null ? '' : `, effect size ${effectSize.toFixed(1).replace('-', '−')}`;
  const count = `${values.length} ${values.length === 1 ? per : `${per}s`}`;
  const found = `${number(mean)} [${number(low)}, ${number(high)}]`;
  return `<span class="n">${found}</span><br><small>${count}${size}</small>`;
}

const mark = (verdict: Verdict): string =>
  `<span class="${verdict.outcome.replaceAll(' ', '-')}">${escape(outcomeInWords(verdict))}</span>`;

const why = (verdict: Verdict): string =>
  isInvestigated(verdict) ? `<p class="why">${escape(verdict.investigation?.finding ?? '')}</p>` : '';

const verdictTable = (entries: readonly ReportEntry[]): string =>
  `<table><thead>${row(['Item', 'Claim', 'Paper', 'Ours', 'Verdict'], 'th')}</thead><tbody>${entries
    .flatMap(({ file }) =>
      file.verdicts.map((verdict) =>
        row([
          `<a href="#${file.item}">${escape(file.reference)}</a>`,
          `${escape(verdict.claim)}<br><small>${escape(verdict.statistic)}</small>${why(verdict)}`,
          escape(verdict.paper ?? '–'),
          ours(verdict),
          mark(verdict) + (file.context.quick ? '<br><small>quick look, no verdict</small>' : ''),
        ]),
      ),
    )
    .join('')}</tbody></table>`;

/** How many claims hold, do not, and are open. */
function tally(entries: readonly ReportEntry[]): string {
  const verdicts = entries.flatMap(({ file }) => file.verdicts);
  const count = (outcome: Verdict['outcome']): number =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length;
  return (
    `Of ${verdicts.length} claims ${count('holds')} hold, ${count('does not hold')} do not hold and ` +
    `${count('undecided')} are undecided; why stands beside each of these.`
  );
}

/** The adapter's and the commit's name, where the provenance has them. */
function madeBy({ provenance, context, wallMs, runs, done }: ItemFile): string {
  const { adapter, commit, modified, startedAt } = provenance as {
    adapter?: { description?: string };
    commit?: string | null;
    modified?: boolean | null;
    startedAt?: string;
  };
  const sources = commit ? `${commit.slice(0, 12)}${modified ? ' with changes' : ''}` : 'unknown sources';
  return (
    `Base policy ${context.base}, seeds ${context.seeds.join(', ')}, ${context.run.steps} steps of ` +
    `${context.run.tasksPerStep} tasks × ${context.run.groupSize} rollouts${context.quick ? ' (quick)' : ''}; ` +
    `${runs.length} runs, ${(wallMs / 60_000).toFixed(1)} minutes of computing; ${sources}; ` +
    `${adapter?.description ?? 'unknown adapter'}; ${startedAt ?? ''}${done ? '' : '. Not all runs are there.'}`
  );
}

function section({ file, svg }: ReportEntry): string {
  return (
    `<section id="${file.item}"><h2>${escape(file.reference)}: ${escape(file.title)}</h2>` +
    `<p>${escape(file.design)}</p>${svg ? `<figure>${svg}</figure>` : ''}` +
    `${file.tables.map(table).join('')}${file.paper ? table(file.paper) : ''}` +
    `${file.verdicts.length ? verdictTable([{ file, svg }]) : ''}` +
    `<p><small>${escape(madeBy(file))}</small></p></section>`
  );
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;margin:1rem 0;font-size:.9rem}caption{text-align:left;color:#555;padding:.3rem 0}
th,td{border-bottom:1px solid #ddd;padding:.3rem .6rem;text-align:left;vertical-align:top}
tr,figure,h2{break-inside:avoid}h2{break-after:avoid}@media print{body{max-width:none;margin:0;font-size:11pt}}
figure{margin:1rem 0;overflow-x:auto}svg{max-width:100%;height:auto}small{color:#555}
td{font-variant-numeric:tabular-nums}.n{white-space:nowrap}.holds{color:#00614a;font-weight:600}.does-not-hold{color:#a33c00;font-weight:600}.undecided{color:#555}.why{margin:.3rem 0 0;padding-left:.6rem;border-left:2px solid #ccc;color:#444}`;

/** All items in one HTML file that needs nothing else: no script, no style or image from outside. */
export function reportHtml(entries: readonly ReportEntry[]): string {
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>ActGuide-RL, reproduced</title>' +
    `<meta name="viewport" content="width=device-width"><style>${style}</style></head><body>` +
    '<h1>ActGuide-RL, reproduced</h1><p>A claim holds when the whole 95 % interval lies on its side of ' +
    'the threshold, it does not hold when the interval lies on the other, and else it is undecided. ' +
    `${tally(entries)}</p>` +
    `${verdictTable(entries)}${entries.map(section).join('')}</body></html>\n`
  );
}
