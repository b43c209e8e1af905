import { sideBySide, type Figure, type Panel, type Point } from '../../experiments/index.ts';
import { number } from '../format.ts';
import type { MarkerSymbol } from '../series.ts';

/** How a series looks in every panel of a figure. */
export interface SeriesStyle {
  readonly name: string;
  readonly color: string;
  readonly symbol: MarkerSymbol;
  readonly dashed: boolean;
}

const colors = [
  'var(--level-1)',
  'var(--level-2)',
  'var(--level-0)',
  'var(--level-3)',
  'var(--level-4)',
  'var(--third)',
  'var(--muted)',
];
const symbols: readonly MarkerSymbol[] = ['circle', 'square', 'triangle', 'diamond2', 'star'];

/** The series of a figure, each with one look: colours repeat after seven, then dashed. */
export function seriesStyles({ panels }: Figure): SeriesStyle[] {
  const names = [...new Set(panels.flatMap(({ points }) => points.map(({ series }) => series)))];
  return names.map((name, i) => ({
    name,
    color: colors[i % colors.length],
    symbol: symbols[i % symbols.length],
    dashed: i >= symbols.length,
  }));
}

/** What one mark of a chart draws, with the look of its series. */
export type Mark = Record<string, string | number | boolean>;

/** A panel on numeric axes, ready to be drawn. */
export interface DrawnPanel {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly xTicks: readonly { readonly at: number; readonly label: string }[];
  readonly yTicks: readonly number[];
  /** Names below an axis of names, evenly spread; null for an axis of numbers. */
  readonly names: readonly string[] | null;
  readonly lines: readonly Mark[];
  readonly dots: readonly Mark[];
  /** Bands around lines, and whiskers: x, low, high. */
  readonly bands: readonly Mark[];
  readonly whiskers: readonly Mark[];
  /** x1, x2, y1, y2. */
  readonly bars: readonly Mark[];
}

/** A line of no more points than this shows them. */
const FEW_POINTS = 16;
/** Width of a bar over a name, and of one over a number as a share of the axis. */
const NAMED_BAR = 0.6;
const THIN_BAR = 1 / 90;

/** Round numbers from at most `low` to at least `high`, about `count` intervals. */
export function roundTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((m) => m * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const from = Math.floor(low / step + 1e-9);
  const to = Math.ceil(high / step - 1e-9);
  return Array.from({ length: to - from + 1 }, (_, i) => Number(((from + i) * step).toPrecision(12)));
}

/** Where the values of a panel lie, zero included. */
function extent(points: readonly Point[]): [number, number] {
  const values = points.flatMap(({ y, low = y, high = y }) => [y, low, high]).filter(Number.isFinite);
  return [Math.min(0, ...values), Math.max(0, ...values)];
}

/** Lays a panel out: names become places 0, 1, … and every point gets the look of its series. */
export function drawnPanel(given: Panel, styles: readonly SeriesStyle[]): DrawnPanel {
  const { panel, ticks } = sideBySide(given);
  const named = ticks === null && panel.points.some(({ x }) => typeof x === 'string');
  const places = named
    ? (panel.x.domain?.map(String) ?? [...new Set(panel.points.map(({ x }) => String(x)))])
    : [];
  const looks = new Map(styles.map(({ name, ...look }) => [name, { id: name, ...look }]));
  const marks = panel.points.map(({ series, x, y, low, high }) => ({
    x: named ? places.indexOf(String(x)) : Number(x),
    y,
    ...(low !== undefined && high !== undefined && { low, high }),
    ...looks.get(series),
  }));
  const xs = marks.map((mark) => mark.x);
  const [first, last] = named
    ? [-0.5, places.length - 0.5]
    : panel.x.domain
      ? [Number(panel.x.domain[0]), Number(panel.x.domain.at(-1))]
      : [Math.min(0, ...xs), Math.max(1, ...xs)];
  const yTicks = roundTicks(...(panel.y.domain ?? extent(panel.points)), 4);
  const counts = new Map<string, number>();
  for (const { series } of panel.points) counts.set(series, (counts.get(series) ?? 0) + 1);
  const intervals = marks.filter((mark) => 'low' in mark);
  const { mark } = panel;
  const half = named ? NAMED_BAR / 2 : ((last - first) * THIN_BAR) / 2;
  const onNames = named || ticks !== null;
  return {
    x: [first, last],
    y: [yTicks[0], yTicks[yTicks.length - 1]],
    xTicks: onNames
      ? []
      : roundTicks(first, last, 6)
          .filter((at) => at >= first && at <= last)
          .map((at) => ({ at, label: at >= 10_000 ? `${at / 1000}k` : number(at) })),
    yTicks,
    names: onNames ? (ticks ?? places) : null,
    lines: mark === 'line' ? marks : [],
    dots:
      mark === 'dot'
        ? marks
        : mark === 'line'
          ? marks.filter((_, i) => (counts.get(panel.points[i].series) ?? 0) <= FEW_POINTS)
          : [],
    bands: mark === 'line' ? intervals : [],
    whiskers: mark === 'line' ? [] : intervals,
    bars:
      mark === 'bar'
        ? marks.map((bar) => ({ ...bar, x1: bar.x - half, x2: bar.x + half, y1: 0, y2: bar.y }))
        : [],
  };
}

/** A value with its interval, where it has one. */
const valueOf = ({ y, low, high }: Point): string =>
  low === undefined || high === undefined ? number(y) : `${number(y)} [${number(low)}, ${number(high)}]`;

/** The last point of every series in words: what a panel shows, for people who cannot see it. */
export function panelInWords({ title, x, y, points, mark }: Panel): string {
  const last = new Map(
    points.map((point) => [mark === 'line' ? point.series : `${point.series} ${point.x}`, point]),
  );
  const said = [...last.values()].slice(0, 12).map((point) => {
    const place =
      point.x === point.series ? '' : ` at ${typeof point.x === 'number' ? number(point.x) : point.x}`;
    return `${point.series}${place}: ${valueOf(point)}`;
  });
  return `${title}. ${y.label} by ${x.label || 'series'}. ${said.join('; ')}.`;
}

export const figureHead = ['panel', 'series', 'x', 'y', 'low', 'high'] as const;

/** Every point of a figure as a row of its table. */
export const figureRows = ({ panels }: Figure): string[][] =>
  panels.flatMap(({ title, y: axis, points }) =>
    points.map(({ series, x, y, low, high }) => [
      title === axis.label ? title : `${title}: ${axis.label}`,
      series,
      typeof x === 'number' ? number(x) : x,
      number(y),
      low === undefined ? '' : number(low),
      high === undefined ? '' : number(high),
    ]),
  );
