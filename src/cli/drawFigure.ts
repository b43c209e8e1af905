import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { sideBySide, type Figure, type Panel } from '../experiments/index.ts';

/** Okabe and Ito's colours without yellow: told apart by people with any kind of colour vision, and in print. */
const palette = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#56B4E9', '#E69F00', '#555555'];
const PANEL = { width: 460, height: 290 };
const GAP = 24;
/** Above each panel: its title. */
const TITLE = 20;
/** Above the panels: height of a row of the legend. */
const LEGEND = 26;
const FONT = 'system-ui, -apple-system, "Segoe UI", sans-serif';

const { document } = parseHTML('<!doctype html><body></body>');
const SVG = 'http://www.w3.org/2000/svg';

function element(name: string, attributes: Record<string, string | number>, text = ''): Element {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.textContent = text;
  return node;
}

/** A line of no more points than this shows them. */
const FEW_POINTS = 16;
/** The marks of a panel, back to front. */
function marks({ mark, points, shaded, y }: Panel): Plot.Markish[] {
  const data = [...points];
  const shade = shaded
    ? [Plot.rectX([shaded], { x1: (d: number[]) => d[0], x2: (d: number[]) => d[1], fill: '#ddd' })]
    : [];
  const whiskers = data.filter((point) => point.low !== undefined && point.high !== undefined);
  const base = [...shade, Plot.ruleY([y.domain?.[0] ?? 0])];
  const series = { z: 'series', fill: 'series' } as const;
  if (mark === 'line') {
    const counts = new Map<string, number>();
    for (const point of data) counts.set(point.series, (counts.get(point.series) ?? 0) + 1);
    const few = data.filter((point) => (counts.get(point.series) ?? 0) <= FEW_POINTS);
    return [
      ...base,
      Plot.areaY(whiskers, { ...series, x: 'x', y1: 'low', y2: 'high', fillOpacity: 0.18 }),
      Plot.lineY(data, { x: 'x', y: 'y', z: 'series', stroke: 'series', strokeWidth: 2 }),
      Plot.dot(few, { ...series, x: 'x', y: 'y', r: 2.5 }),
    ];
  }
  const error = (stroke: string) =>
    Plot.ruleX(whiskers, { x: 'x', y1: 'low', y2: 'high', stroke, strokeWidth: 1.5 });
  if (mark === 'dot') return [...base, error('series'), Plot.dot(data, { ...series, x: 'x', y: 'y', r: 4 })];
  if (data.some((point) => typeof point.x === 'string'))
    return [...base, Plot.barY(data, { ...series, x: 'x', y: 'y' }), error('#222')];
  return [...base, Plot.ruleX(data, { x: 'x', y: 'y', stroke: 'series', strokeWidth: 5 }), error('#222')];
}

function drawPanel(given: Panel, color: Plot.ScaleOptions): Element {
  const { panel, ticks } = sideBySide(given);
  const ordinal = panel.points.some((point) => typeof point.x === 'string');
  const names = [...new Set(panel.points.map((point) => point.x))];
  const rotated = ordinal && names.length > 8;
  const axis = ticks
    ? { ticks: ticks.map((_, i) => i), tickFormat: (i: number) => ticks[i], tickSize: 0 }
    : ordinal
      ? { type: 'band' as const, tickRotate: rotated ? -20 : 0 }
      : { ticks: 6 };
  return Plot.plot({
    document,
    ...PANEL,
    marginTop: 30,
    marginLeft: 52,
    marginBottom: rotated ? 64 : 42,
    style: { fontFamily: FONT, fontSize: '12px', background: 'white', color: '#222' },
    x: {
      label: panel.x.label === '' ? null : panel.x.label,
      ...(panel.x.domain ? { domain: panel.x.domain } : ordinal ? { domain: names } : {}),
      ...axis,
    },
    y: { label: panel.y.label, grid: true, ticks: 5, ...(panel.y.domain && { domain: panel.y.domain }) },
    color,
    marks: marks(panel),
  });
}

interface LegendEntry {
  readonly name: string;
  readonly color: string;
  readonly x: number;
  /** Row of the legend, from 0. */
  readonly row: number;
}

/** Places of the series' names, in as many rows as the width needs. */
function legend(series: readonly string[], width: number): LegendEntry[] {
  let [x, row] = [GAP, 0];
  return series.map((name, i) => {
    const own = 40 + 7 * name.length;
    if (x + own > width && x > GAP) [x, row] = [GAP, row + 1];
    const entry = { name, color: palette[i % palette.length], x, row };
    x += own;
    return entry;
  });
}

/** The figure as an SVG document that stands alone: no script, no style from outside, white ground, for print. */
export function drawFigure({ caption, columns, panels }: Figure): string {
  const series = [...new Set(panels.flatMap(({ points }) => points.map((point) => point.series)))];
  const across = Math.min(columns, panels.length);
  const width = across * (PANEL.width + GAP) + GAP;
  const entries = legend(series, width);
  const top = LEGEND * (1 + Math.max(0, ...entries.map(({ row }) => row)));
  const height = top + Math.ceil(panels.length / across) * (TITLE + PANEL.height + GAP);
  const color = { domain: series, range: entries.map((entry) => entry.color) };
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  const svg = element('svg', { xmlns: SVG, ...size, role: 'img', 'font-family': FONT, 'font-size': 12 });
  svg.append(element('title', {}, caption), element('rect', { width, height, fill: 'white' }));
  for (const { name, color: fill, x, row } of entries)
    svg.append(
      element('rect', { x, y: 12 + LEGEND * row, width: 14, height: 10, fill }),
      element('text', { x: x + 20, y: 21 + LEGEND * row, fill: '#222' }, name),
    );
  panels.forEach((panel, i) => {
    const x = GAP + (i % across) * (PANEL.width + GAP);
    const y = top + Math.floor(i / across) * (TITLE + PANEL.height + GAP);
    const drawn = drawPanel(panel, color);
    drawn.setAttribute('x', String(x));
    drawn.setAttribute('y', String(y + TITLE));
    const title = { x: x + 4, y: y + 14, 'font-weight': 600, fill: '#222' };
    svg.append(drawn, element('text', title, panel.title));
  });
  return `${svg.outerHTML}\n`;
}
