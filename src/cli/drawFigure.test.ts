import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { Figure, Panel } from '../experiments/index.ts';
import { drawFigure } from './drawFigure.ts';

const line: Panel = {
  title: 'Success & <more>',
  mark: 'line',
  x: { label: 'training step' },
  y: { label: 'success', domain: [0, 1] },
  points: [
    { series: 'a', x: 8, y: 0.25, low: 0.2, high: 0.3 },
    { series: 'a', x: 16, y: 0.75, low: 0.7, high: 0.8 },
    { series: 'b', x: 8, y: 0.5 },
    { series: 'b', x: 16, y: 0.5 },
  ],
  shaded: [8, 10],
};
const dots: Panel = {
  title: 'Sets',
  mark: 'dot',
  x: { label: '', domain: ['general', 'walk'] },
  y: { label: 'success', domain: [0, 1] },
  points: [
    { series: 'a', x: 'general', y: 0.5, low: 0.4, high: 0.6 },
    { series: 'b', x: 'general', y: 0.5 },
  ],
};
const figure: Figure = { caption: 'A figure', columns: 2, panels: [line, dots] };
const parsed = (drawn: string) => parseHTML(`<!doctype html><body>${drawn}</body>`).document;

describe('drawFigure', () => {
  const drawn = drawFigure(figure);
  const document = parsed(drawn);

  it('is one SVG that stands alone', () => {
    expect(drawn).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(drawn).not.toMatch(/<script|href=|url\(/);
    expect(document.querySelector('svg > title')?.textContent).toBe('A figure');
    expect(document.querySelectorAll('svg > svg')).toHaveLength(2);
  });

  it('draws lines with bands at their values, and the same colour for a series everywhere', () => {
    const [panel, other] = document.querySelectorAll('svg > svg');
    const paths = [...panel.querySelectorAll('[aria-label=line] path')];
    expect(paths.map((path) => path.getAttribute('stroke'))).toEqual(['#0072B2', '#D55E00']);
    expect(panel.querySelectorAll('[aria-label=area] path')).toHaveLength(1);
    // y runs from 1 at the top margin (30) to 0 above the bottom margin (290 − 42): 0.25 and 0.75 lie in between.
    const at = (y: number) => String(30 + (1 - y) * (290 - 42 - 30));
    expect(paths[0].getAttribute('d')).toBe(`M52,${at(0.25)}L440,${at(0.75)}`);
    const fills = [...other.querySelectorAll('[aria-label=dot] circle')].map((dot) =>
      dot.getAttribute('fill'),
    );
    expect(fills).toEqual(['#0072B2', '#D55E00']);
  });

  it('puts the series side by side over the same name, and names the place', () => {
    const [, panel] = document.querySelectorAll('svg > svg');
    const places = [...panel.querySelectorAll('[aria-label=dot] circle')].map((dot) =>
      dot.getAttribute('cx'),
    );
    expect(new Set(places).size).toBe(2);
    expect(panel.textContent).toContain('general');
  });

  it('escapes what it writes', () => {
    expect(drawn).toContain('Success &amp; &lt;more&gt;');
  });
});
