import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { hash3, uniform } from '../core/random.ts';
import { sampleRef } from './sample.ref.ts';
import { sample } from './sample.ts';

interface Drawn {
  readonly token: Uint32Array;
  readonly logProb: Float32Array;
  readonly entropy: Float32Array;
}

/** Draws on the GPU, by default one from each row. logits: [*, V]; streams, positions, rows: [R]. */
async function draw(
  logits: Float32Array,
  streams: Uint32Array,
  positions: Uint32Array,
  options: { seed: number; temperature: number },
  rows = counters(streams.length, 1),
  V = logits.length / streams.length,
): Promise<Drawn> {
  const gpu = await testGpu();
  const R = streams.length;
  const tensors = {
    logits: gpu.upload(logits),
    row: gpu.upload(rows),
    stream: gpu.upload(streams),
    position: gpu.upload(positions),
    token: gpu.alloc(R),
    logProb: gpu.alloc(R),
    entropy: gpu.alloc(R),
  };
  sample(gpu.recorder, tensors, { R, V, ...options });
  const [token, logProb, entropy] = await gpu.read(tensors.token, tensors.logProb, tensors.entropy);
  Object.values(tensors).forEach((t) => gpu.free(t));
  return { token: new Uint32Array(token.buffer, token.byteOffset, R), logProb, entropy };
}

const counters = (R: number, step: number, start = 0): Uint32Array =>
  Uint32Array.from({ length: R }, (_, r) => (start + r * step) >>> 0);

describe('sample on the GPU', () => {
  it.each([
    [1, 1, 1, 5],
    [3, 7, 0, 5],
    [2000, 33, 1, 5],
    [1500, 80, 0.5, 5],
    [1200, 80, 2, 5],
    [65, 130, 0.01, 5],
    // Peaked, for float32 sums cannot tell 65536 tokens of equal weight apart.
    [12, 65536, 1, 400],
  ])(
    'R=%i V=%i temperature=%d agrees with the reference, logits within ±%i',
    async (R, V, temperature, range) => {
      const logits = testData(R * V, 5).map((x) => x * range);
      const streams = counters(R, 3);
      const positions = counters(R, 1, 11);
      const options = { seed: 4_000_000_007, temperature };
      const { token, logProb, entropy } = await draw(logits, streams, positions, options);
      const expected = Array.from({ length: R }, (_, r) =>
        sampleRef(logits.subarray(r * V, (r + 1) * V), streams[r], positions[r], options),
      );
      // Boundaries are cumulative float32 sums of exp: a draw closer than their error may fall either way.
      const clear = expected
        .map((e, r) => ({ ...e, r }))
        .filter((e) => e.distance > 3e-6 / Math.min(1, temperature || 1));
      expect(clear.length).toBeGreaterThanOrEqual(R < 10 ? 1 : R * 0.98);
      expect(clear.map(({ r }) => token[r])).toEqual(clear.map((e) => e.token));
      const rows = clear.map(({ r }) => r);
      if (V > 1) {
        expect(
          relativeError(
            rows.map((r) => logProb[r]),
            clear.map((e) => e.logProb),
          ),
        ).toBeLessThan(1e-5);
        expect(
          relativeError(
            rows.map((r) => entropy[r]),
            clear.map((e) => e.entropy),
          ),
        ).toBeLessThan(1e-5);
      }
    },
  );

  it('draws each token as often as its probability says', async () => {
    const R = 20_000;
    const odds = [1, 2, 0, 4, 8, 1, 16, 0];
    const row = odds.map((o) => (o === 0 ? -200 : Math.log(o)));
    const logits = Float32Array.from({ length: R * 8 }, (_, i) => row[i % 8]);
    const { token } = await draw(logits, counters(R, 1), counters(R, 0, 9), { seed: 1, temperature: 1 });
    odds.forEach((o, v) => {
      const p = o / 32;
      const frequency = token.filter((t) => t === v).length / R;
      // Four standard deviations; a token of probability zero never comes.
      expect(Math.abs(frequency - p)).toBeLessThanOrEqual(4 * Math.sqrt((p * (1 - p)) / R));
    });
  });

  it('the ends of [0, 1) choose the first and the last token with a non-zero probability', async () => {
    const positions = Uint32Array.of(31181411, 4325904);
    expect(Array.from(positions, (p) => uniform(1, 0, p))).toEqual([0, 1 - 2 ** -24]);
    const row = [-500, 0.3, 1.1, -0.7, -500, -500];
    const { token } = await draw(Float32Array.of(...row, ...row), counters(2, 0), positions, {
      seed: 1,
      temperature: 1,
    });
    expect([...token]).toEqual([1, 3]);
  });

  // Over 256 equal logits the token is the top byte of the hash: sums of ones are exact in float32.
  it.each([
    [0, 1, 0, 1],
    [0xffffffff, 0x9e3779b9, 0xfffffff0, 7],
    [123_456_789, 1, 0x80000000, 0x01000193],
  ])('the hash equals core/random.ts: seed %i', async (seed, streamStep, start, positionStep) => {
    const R = 4096;
    const streams = counters(R, streamStep, start);
    const positions = counters(R, positionStep, start);
    const { token } = await draw(new Float32Array(R * 256), streams, positions, { seed, temperature: 1 });
    expect([...token]).toEqual(Array.from(streams, (s, r) => hash3(seed, s, positions[r]) >>> 24));
  });

  it('temperature 0 takes the lowest of equal maxima', async () => {
    const logits = Float32Array.of(1, 5, 5, 0, -3, -3, -4, -9);
    const { token } = await draw(logits, counters(2, 1), counters(2, 1), { seed: 0, temperature: 0 });
    expect([...token]).toEqual([1, 0]);
  });

  it('the same seed, stream and position give the same token in any row of any batch', async () => {
    const row = testData(80, 5).map((x) => x * 3);
    const rows = (R: number): Float32Array => Float32Array.from({ length: R * 80 }, (_, i) => row[i % 80]);
    const options = { seed: 5, temperature: 1 };
    const many = await draw(rows(100), counters(100, 1), counters(100, 0, 7), options);
    const one = await draw(rows(1), counters(1, 0, 42), counters(1, 0, 7), options);
    expect(one.token[0]).toBe(many.token[42]);
    expect(one.logProb[0]).toBe(many.logProb[42]);
  });

  it('several draws share a row of logits', async () => {
    const logits = testData(3 * 33, 5).map((x) => x * 3);
    const options = { seed: 5, temperature: 1 };
    const rows = Uint32Array.of(2, 0, 2, 1, 2);
    const [streams, positions] = [counters(5, 7), counters(5, 3)];
    const { token } = await draw(logits, streams, positions, options, rows, 33);
    const expected = Array.from(rows, (row, r) =>
      sampleRef(logits.subarray(row * 33, (row + 1) * 33), streams[r], positions[r], options),
    );
    expect(Math.min(...expected.map(({ distance }) => distance))).toBeGreaterThan(1e-5);
    expect([...token]).toEqual(expected.map((e) => e.token));
  });

  it('names the op, the tensor, both sizes and the remedy when a tensor is too small', async () => {
    const gpu = await testGpu();
    const t = gpu.alloc(4);
    const tensors = { logits: t, row: t, stream: t, position: t, token: t, logProb: t, entropy: t };
    expect(() => sample(gpu.recorder, tensors, { R: 3, V: 7, seed: 0, temperature: 1 })).toThrow(
      /sample: expected logits to hold at least 7 values, got 4\. Allocate/,
    );
    gpu.free(t);
  });
});
