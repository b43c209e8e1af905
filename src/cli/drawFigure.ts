import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Figure, Panel, Point } from '../experiments/index.ts';

/** Okabe and Ito's colours without yellow: told apart by people with any kind of colour vision, and in print. */
const palette = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#56B4E9', '#E69F00', '#555555'];
const PANEL = { width: 460, height: 290 };
const GAP = 24;
/** Above each panel: its title. */
const TITLE = 20;
/** Above the panels: one row of the legend. */
const LEGEND = 30;
const FONT = 'system-ui, -apple-system, "Segoe UI", sans-serif';

const { document } = parseHTML('<!doctype html><body></body>');
const SVG = 'http://www.w3.org/2000/svg';

function element(name: string, attributes: Record<string, string | number>, text = ''): Element {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.textContent = text;
  return node;
}

/** The marks of a panel, back to front. */
function marks({ mark, points, shaded, y }: Panel): Plot.Markish[] {
  const data = [...points];
  const shade = shaded
    ? [Plot.rectX([shaded], { x1: (d: number[]) => d[0], x2: (d: number[]) => d[1], fill: '#ddd' })]
    : [];
  const whiskers = data.filter((point) => point.low !== undefined && point.high !== undefined);
  const color = (point: Point) => point.series;
  const base = [...shade, Plot.ruleY([y.domain?.[0] ?? 0])];
  if (mark === 'line')
    return [
      ...base,
      Plot.areaY(whiskers, { x: 'x', y1: 'low', y2: 'high', fill: color, fillOpacity: 0.18, z: 'series' }),
      Plot.lineY(data, { x: 'x', y: 'y', stroke: color, strokeWidth: 2, z: 'series' }),
    ];
  const ordinal = data.some((point) => typeof point.x === 'string');
  const error = ordinal
    ? Plot.ruleX(whiskers, { x: 'x', y1: 'low', y2: 'high', strokeWidth: 1.5 })
    : Plot.ruleX(whiskers, { x: 'x', y1: 'low', y2: 'high', stroke: color, strokeWidth: 1.5 });
  if (mark === 'dot') return [...base, error, Plot.dot(data, { x: 'x', y: 'y', fill: color, r: 4 })];
  const bars = ordinal
    ? Plot.barY(data, { x: 'x', y: 'y', fill: color })
    : Plot.ruleX(data, { x: 'x', y: 'y', stroke: color, strokeWidth: 5 });
  return [...base, bars, error];
}

function drawPanel(panel: Panel, color: Plot.ScaleOptions): Element {
  const ordinal = panel.points.some((point) => typeof point.x === 'string');
  const names = [...new Set(panel.points.map((point) => point.x))];
  return Plot.plot({
    document,
    ...PANEL,
    marginTop: 30,
    marginLeft: 52,
    marginBottom: ordinal ? 64 : 42,
    style: { fontFamily: FONT, fontSize: '12px', background: 'white', color: '#222' },
    x: {
      label: panel.x.label,
      ...(panel.x.domain ? { domain: panel.x.domain } : ordinal ? { domain: names } : {}),
      ...(ordinal ? { type: 'band', tickRotate: names.length > 4 ? -20 : 0 } : { ticks: 6 }),
    },
    y: { label: panel.y.label, grid: true, ticks: 5, ...(panel.y.domain && { domain: panel.y.domain }) },
    color,
    marks: marks(panel),
  });
}

/** The figure as an SVG document that stands alone: no script, no style from outside, white ground, for print. */
export function drawFigure({ caption, columns, panels }: Figure): string {
  const series = [...new Set(panels.flatMap(({ points }) => points.map((point) => point.series)))];
  const color = { domain: series, range: series.map((_, i) => palette[i % palette.length]) };
  const across = Math.min(columns, panels.length);
  const width = across * (PANEL.width + GAP) + GAP;
  const height = LEGEND + Math.ceil(panels.length / across) * (TITLE + PANEL.height + GAP) + GAP;
  const svg = element('svg', {
    xmlns: SVG,
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'font-family': FONT,
    'font-size': 12,
  });
  svg.append(element('title', {}, caption), element('rect', { width, height, fill: 'white' }));
  let at = GAP;
  for (const [i, name] of series.entries()) {
    svg.append(
      element('rect', { x: at, y: 12, width: 14, height: 10, fill: color.range[i] }),
      element('text', { x: at + 20, y: 21, fill: '#222' }, name),
    );
    at += 44 + 7 * name.length;
  }
  panels.forEach((panel, i) => {
    const x = GAP + (i % across) * (PANEL.width + GAP);
    const y = LEGEND + Math.floor(i / across) * (TITLE + PANEL.height + GAP);
    const drawn = drawPanel(panel, color);
    drawn.setAttribute('x', String(x));
    drawn.setAttribute('y', String(y + TITLE));
    const title = { x: x + 4, y: y + 14, 'font-weight': 600, fill: '#222' };
    svg.append(drawn, element('text', title, panel.title));
  });
  return `${svg.outerHTML}\n`;
}
