/** A point of a panel, with the interval around it where there is one. */
export interface Point {
  readonly series: string;
  readonly x: number | string;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** One pair of axes. */
export interface Panel {
  readonly title: string;
  /** Lines with bands, bars with whiskers, or dots with whiskers. */
  readonly mark: 'line' | 'bar' | 'dot';
  readonly x: { readonly label: string; readonly domain?: readonly (number | string)[] };
  readonly y: { readonly label: string; readonly domain?: readonly [number, number] };
  readonly points: readonly Point[];
  /** Where the barrier is: [from, to) on the x axis. */
  readonly shaded?: readonly [number, number];
}

/** Panels in a grid; a series has the same colour in all of them. */
export interface Figure {
  readonly caption: string;
  readonly columns: number;
  readonly panels: readonly Panel[];
}

/** Distance between the series at one place of an axis of names, which are 1 apart. */
const DODGE = 0.14;

/** Dots over names become dots over numbers, the series side by side; the names are then the ticks. */
export function sideBySide(panel: Panel): { panel: Panel; ticks: readonly string[] | null } {
  const names = panel.x.domain?.map(String) ?? [...new Set(panel.points.map(({ x }) => String(x)))];
  if (panel.mark !== 'dot' || !panel.points.some(({ x }) => typeof x === 'string'))
    return { panel, ticks: null };
  const own = panel.points.every(({ x, series }) => x === series);
  const series = own ? [] : [...new Set(panel.points.map((point) => point.series))];
  const points = panel.points.map((point): Point => {
    const aside = own ? 0 : series.indexOf(point.series) - (series.length - 1) / 2;
    return { ...point, x: names.indexOf(String(point.x)) + DODGE * aside };
  });
  const x = { label: panel.x.label, domain: [-0.5, names.length - 0.5] };
  // Where every name has a colour of its own, the legend tells them.
  return { panel: { ...panel, x, points }, ticks: own ? [] : names };
}
