import { describe, expect, it } from 'vitest';
import type { Figure, Panel } from '../../experiments/index.ts';
import { drawnPanel, figureRows, panelInWords, roundTicks, seriesStyles } from './itemFigure.ts';

const line: Panel = {
  title: 'Success',
  mark: 'line',
  x: { label: 'training step' },
  y: { label: 'success', domain: [0, 1] },
  points: [
    { series: 'a', x: 8, y: 0.25, low: 0.2, high: 0.3 },
    { series: 'a', x: 64, y: 0.75, low: 0.7, high: 0.8 },
    { series: 'b', x: 8, y: 0.5 },
  ],
};
const dots: Panel = {
  title: 'Sets',
  mark: 'dot',
  x: { label: '', domain: ['general', 'walk'] },
  y: { label: 'success', domain: [0, 1] },
  points: [
    { series: 'a', x: 'general', y: 0.5, low: 0.4, high: 0.6 },
    { series: 'b', x: 'general', y: 0.5 },
    { series: 'b', x: 'walk', y: 0.25 },
  ],
};
const bars: Panel = {
  title: 'Lengths',
  mark: 'bar',
  x: { label: 'actions', domain: ['1', '2', '3'] },
  y: { label: 'shift' },
  points: [
    { series: 'tasks', x: '1', y: -2.2 },
    { series: 'tasks', x: '3', y: 3.1 },
  ],
};
const figure: Figure = { caption: 'A figure', columns: 2, panels: [line, dots, bars] };
const styles = seriesStyles(figure);

describe('seriesStyles', () => {
  it('gives each series one look of its own', () => {
    expect(styles.map(({ name }) => name)).toEqual(['a', 'b', 'tasks']);
    expect(new Set(styles.map(({ color }) => color)).size).toBe(3);
    expect(new Set(styles.map(({ symbol }) => symbol)).size).toBe(3);
  });
});

describe('drawnPanel', () => {
  it('draws lines with bands and few dots on axes of round numbers', () => {
    const drawn = drawnPanel(line, styles);
    expect(drawn).toMatchObject({ x: [0, 64], y: [0, 1], yTicks: [0, 0.25, 0.5, 0.75, 1], names: null });
    expect(drawn.xTicks.map(({ at }) => at)).toEqual([0, 20, 40, 60]);
    expect(drawn.lines).toHaveLength(3);
    expect(drawn.bands.map(({ x, low, high }) => [x, low, high])).toEqual([
      [8, 0.2, 0.3],
      [64, 0.7, 0.8],
    ]);
    expect(drawn.lines[2]).toMatchObject({ id: 'b', x: 8, y: 0.5, color: styles[1].color });
    expect(drawn.dots).toHaveLength(3);
    expect(drawn.whiskers).toEqual([]);
  });

  it('puts series side by side over names', () => {
    const drawn = drawnPanel(dots, styles);
    expect(drawn.names).toEqual(['general', 'walk']);
    expect(drawn.x).toEqual([-0.5, 1.5]);
    const [a, b, walk] = drawn.dots.map(({ x }) => Number(x));
    expect(a).toBeCloseTo(-0.07);
    expect(b).toBeCloseTo(0.07);
    expect(walk).toBeCloseTo(1.07);
    expect(drawn.whiskers).toHaveLength(1);
    expect(drawn.xTicks).toEqual([]);
  });

  it('draws bars from zero, down too, in the order of the names', () => {
    const drawn = drawnPanel(bars, styles);
    expect(drawn.bars.map(({ x1, x2, y1, y2 }) => [x1, x2, y1, y2])).toEqual([
      [-0.3, 0.3, 0, -2.2],
      [1.7, 2.3, 0, 3.1],
    ]);
    expect(drawn.names).toEqual(['1', '2', '3']);
    expect(drawn.y).toEqual([-4, 4]);
  });
});

it('roundTicks: covers the values with round steps', () => {
  expect(roundTicks(0, 0.39, 4)).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
  expect(roundTicks(-19, 0, 4)).toEqual([-20, -15, -10, -5, 0]);
  expect(roundTicks(2, 2, 4)).toEqual([2]);
});

it('panelInWords: where each curve ends', () => {
  expect(panelInWords(line)).toBe(
    'Success. success by training step. a at 64: 0.75 [0.7, 0.8]; b at 8: 0.5.',
  );
});

it('figureRows: every point, with its panel and interval', () => {
  const rows = figureRows(figure);
  expect(rows).toHaveLength(8);
  expect(rows[0]).toEqual(['Success: success', 'a', '8', '0.25', '0.2', '0.3']);
  expect(rows[7]).toEqual(['Lengths: shift', 'tasks', '3', '3.1', '', '']);
});
