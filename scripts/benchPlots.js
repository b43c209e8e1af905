/** Draws the curves of `npm run bench` as SVG: cost against batch, context, model size and group size. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** What varies along the x axis of each curve, and how it scales. */
const axes = {
  batch: { x: 'batch', label: 'sequences of 48 tokens in a train step', type: 'log' },
  context: { x: 'context', label: 'tokens a sequence, 64 sequences in a train step', type: 'log' },
  size: { x: 'size', label: 'policy, 16 sequences of 96 tokens in a train step', type: 'point' },
  group: { x: 'batch', label: 'sequences sampled, 24 + 16 tokens each', type: 'log' },
};

/** Writes `<curve>.svg` into `folder` for every curve that `lines` hold. */
export function drawPlots(folder, lines) {
  for (const [curve, { x, label, type }] of Object.entries(axes)) {
    const data = lines
      .filter((line) => line.suite === 'scaling' && line.at.curve === curve)
      .map((line) => ({ ...line.at, place: line.place, ms: line.medianMs }));
    if (data.length === 0) continue;
    const { document } = parseHTML('<!doctype html><body></body>');
    const svg = Plot.plot({
      document,
      width: 520,
      height: 320,
      marginLeft: 60,
      marginRight: 80,
      style: { fontFamily: 'system-ui, sans-serif', fontSize: '12px', background: 'white', color: '#222' },
      x: { label, type, ...(type === 'log' && { base: 2, tickFormat: 'd' }) },
      y: { label: 'milliseconds', type: 'log', grid: true, tickFormat: 'd' },
      /** Okabe-Ito: told apart by people with any kind of colour vision. */
      color: { domain: ['chromium', 'node'], range: ['#0072B2', '#D55E00'] },
      marks: [
        Plot.line(data, { x, y: 'ms', stroke: 'place', strokeWidth: 2 }),
        Plot.dot(data, { x, y: 'ms', fill: 'place' }),
        Plot.text(
          data,
          Plot.selectLast({
            x,
            y: 'ms',
            text: 'place',
            z: 'place',
            fill: 'place',
            dx: 8,
            textAnchor: 'start',
          }),
        ),
      ],
    });
    svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    writeFileSync(join(folder, `${curve}.svg`), `${svg.outerHTML}\n`);
  }
}
