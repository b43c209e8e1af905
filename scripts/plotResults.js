/**
 * Draws the curves of `reproduce fig5` as SVG beside its data: `node scripts/plotResults.js docs/results/fig5`.
 * Lines are means over seeds, bands the range from the lowest to the highest seed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error(
    'plotResults: expected a folder with fig5.jsonl, got none. Pass the --out folder of `reproduce fig5`.',
  );
  process.exit(2);
}
const { document } = parseHTML('<!doctype html><body></body>');
const records = readFileSync(join(folder, 'fig5.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const names = { actguide: 'ActGuide-RL', grpo: 'GRPO' };
/** Okabe-Ito: told apart by people with any kind of colour vision. */
const color = { domain: ['ActGuide-RL', 'GRPO'], range: ['#0072B2', '#D55E00'], legend: false };
const levelNames = ['no alias', 'known aliases', '2 stale', '3 stale', '4 stale'];

/** Mean, lowest and highest value over seeds at each (method, step, facet). */
function overSeeds(points) {
  const groups = Map.groupBy
    ? Map.groupBy(points, (p) => `${p.method}|${p.step}|${p.facet ?? ''}`)
    : points.reduce((map, p) => {
        const key = `${p.method}|${p.step}|${p.facet ?? ''}`;
        return map.set(key, [...(map.get(key) ?? []), p]);
      }, new Map());
  return [...groups.values()].map((group) => {
    const values = group.map((p) => p.value);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return { ...group[0], mean, low: Math.min(...values), high: Math.max(...values) };
  });
}

function draw(file, points, options) {
  const data = overSeeds(points);
  const ends = data.filter(
    (d) => d.step === Math.max(...data.map((e) => e.step)) && (d.facet ?? levelNames[4]) === levelNames[4],
  );
  const svg = Plot.plot({
    document,
    style: { fontFamily: 'system-ui, sans-serif', fontSize: '12px', background: 'white', color: '#222' },
    marginRight: 90,
    x: { label: 'training step', domain: [0, 64], ticks: 4 },
    y: { label: null, domain: [0, 1], grid: true },
    color,
    ...options,
    marks: [
      Plot.ruleY([0]),
      Plot.areaY(data, {
        x: 'step',
        y1: 'low',
        y2: 'high',
        fill: 'method',
        fillOpacity: 0.18,
        ...(options.fx && { fx: 'facet' }),
      }),
      Plot.lineY(data, {
        x: 'step',
        y: 'mean',
        stroke: 'method',
        strokeWidth: 2,
        ...(options.fx && { fx: 'facet' }),
      }),
      Plot.text(ends, {
        x: 'step',
        y: 'mean',
        text: 'method',
        fill: 'method',
        dx: 6,
        textAnchor: 'start',
        ...(options.fx && { fx: 'facet' }),
      }),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  writeFileSync(join(folder, file), `${svg.outerHTML}\n`);
}

const point = (r, value, facet) => ({ method: names[r.method], step: r.step + 1, value, facet });
const evaluated = records.filter((r) => r.success);
draw(
  'success.svg',
  evaluated.map((r) => point(r, r.success.mean)),
  { width: 520, height: 300 },
);
draw(
  'levels.svg',
  evaluated.flatMap((r) => r.success.levels.map((v, l) => point(r, v, levelNames[l]))),
  {
    width: 1000,
    height: 230,
    fx: { label: null, domain: levelNames },
  },
);
draw(
  'trainable.svg',
  records.map((r) => point(r, r.trainableGroups)),
  { width: 520, height: 300 },
);
