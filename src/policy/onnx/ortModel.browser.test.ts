import { expect, it } from 'vitest';
import { logitsRef } from '../forward.ref.ts';
import { initialParameters } from '../parameters.ts';
import { policySizes } from '../types.ts';
import { exportOnnx } from './exportOnnx.ts';
import { loadOrt } from './loadOrt.ts';
import { ortModel } from './ortModel.ts';

it('an exported policy runs in the browser, from our own origin, and agrees with the reference', async () => {
  const config = policySizes.nano;
  const parameters = initialParameters(config, 4);
  const model = await ortModel(await loadOrt(), exportOnnx(config, parameters));

  const sequences = [[7], [1, 2, 3, 4, 5], Array.from({ length: 60 }, (_, t) => (t * 13) % 80)];
  const logits = await model.logits(sequences);
  const expected = sequences.flatMap((tokens) => [...logitsRef(config, parameters, tokens)]);
  expect(logits.length).toBe(expected.length);
  expect(Math.max(...expected.map((value, i) => Math.abs(value - logits[i])))).toBeLessThan(1e-4);

  const options = { count: 3, seed: 1, streams: [5], temperature: 1 };
  const sampled = await model.decoder(1).extend([{ sequence: 0, tokens: [1, 2] }], options);
  const { logProb } = await model.score([[1, 2, ...sampled.tokens]]);
  sampled.logProb.forEach((value, j) => expect(value).toBeCloseTo(logProb[1 + j], 4));
  model.destroy();

  const fetched = performance.getEntriesByType('resource').map(({ name }) => name);
  expect(fetched.some((name) => name.includes('ort-wasm-simd-threaded.wasm'))).toBe(true);
  expect(fetched.filter((name) => new URL(name).origin !== location.origin && /^http/.test(name))).toEqual(
    [],
  );
});
