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
