import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../core/errors.ts';
import { hash3 } from '../../core/random.ts';
import { sampleRef } from '../../kernels/sample.ref.ts';
import { logitsRef } from '../forward.ref.ts';
import { initialParameters } from '../parameters.ts';
import { policySizes, type LanguageModel, type PolicyConfig } from '../types.ts';
import { exportOnnx } from './exportOnnx.ts';
import { loadOrt } from './loadOrt.ts';
import { ortModel } from './ortModel.ts';

const tokensOf = (length: number, key: number): number[] =>
  Array.from({ length }, (_, t) => hash3(key, length, t) % policySizes.nano.vocabulary);

const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]));
  return worst;
};

/** Larger than initial weights, so that attention is far from uniform. */
const sharp = (config: PolicyConfig, seed: number): Float32Array =>
  initialParameters(config, seed).map((v) => (v === 1 ? 1.5 : v * 3));

describe.each([policySizes.nano, policySizes.micro])('ortModel of $name', (config) => {
  const V = config.vocabulary;
  const parameters = sharp(config, 5);
  let model: LanguageModel;
  beforeAll(async () => {
    model = await ortModel(await loadOrt(), exportOnnx(config, parameters));
  });

  it('logits of every length in one ragged batch agree with the float64 reference', async () => {
    const sequences = [1, 2, 3, 7, 16, 33, 64, 127, 384].map((length) => tokensOf(length, 1));
    const logits = await model.logits(sequences);
    const expected = sequences.flatMap((tokens) => [...logitsRef(config, parameters, tokens)]);
    expect(Math.max(...expected)).toBeGreaterThan(0.5);
    expect(maxDifference(logits, expected)).toBeLessThan(1e-4);
  });

  it('logits at initial parameters agree for single sequences', async () => {
    const initial = initialParameters(config, 2);
    const fresh = await ortModel(await loadOrt(), exportOnnx(config, initial));
    for (const length of [1, 20]) {
      const tokens = tokensOf(length, 2);
      expect(maxDifference(await fresh.logits([tokens]), logitsRef(config, initial, tokens))).toBeLessThan(
        1e-4,
      );
    }
    fresh.destroy();
  });

  it('scores are the log-softmax of the reference, 0 at the last position', async () => {
    const sequences = [tokensOf(5, 3), tokensOf(1, 4), tokensOf(9, 5)];
    const { logProb, entropy } = await model.score(sequences);
    let at = 0;
    for (const tokens of sequences) {
      const logits = logitsRef(config, parameters, tokens);
      for (let t = 0; t < tokens.length; t++, at++) {
        const row = logits.subarray(t * V, (t + 1) * V);
        const weights = row.map(Math.exp);
        const total = weights.reduce((a, b) => a + b);
        const last = t === tokens.length - 1;
        expect(logProb[at]).toBeCloseTo(last ? 0 : Math.log(weights[tokens[t + 1]] / total), 4);
        const h = -weights.reduce((sum, w) => sum + (w / total) * Math.log(w / total), 0);
        expect(entropy[at]).toBeCloseTo(last ? 0 : h, 4);
      }
    }
    expect(at).toBe(logProb.length);
  });

  it('decoding ragged, interleaved feeds agrees with scoring the finished sequences', async () => {
    const decoder = model.decoder(4);
    const held: number[][] = [[], [], [], []];
    const drawn: { sequence: number; position: number; logProb: number; entropy: number }[] = [];
    const extend = async (feeds: [number, number[]][], count: number): Promise<void> => {
      const streams = feeds.map(([sequence]) => sequence + 100);
      const sampled = await decoder.extend(
        feeds.map(([sequence, tokens]) => ({ sequence, tokens })),
        { count, seed: 11, streams, temperature: 1 },
      );
      feeds.forEach(([sequence, tokens], i) => {
        held[sequence].push(...tokens);
        for (let j = 0; j < count; j++) {
          drawn.push({
            sequence,
            position: held[sequence].length,
            logProb: sampled.logProb[i * count + j],
            entropy: sampled.entropy[i * count + j],
          });
          held[sequence].push(sampled.tokens[i * count + j]);
        }
        expect(decoder.length(sequence)).toBe(held[sequence].length);
      });
    };
    await extend([[0, tokensOf(3, 6)], [2, tokensOf(17, 6)], [1, tokensOf(1, 6)]], 3); // prettier-ignore
    await extend([[2, tokensOf(2, 7)], [3, tokensOf(40, 7)]], 1); // prettier-ignore
    await extend([[1, tokensOf(5, 8)]], 0);
    await extend([[1, tokensOf(2, 8)], [0, tokensOf(9, 8)], [3, tokensOf(1, 8)]], 4); // prettier-ignore

    const { logProb, entropy } = await model.score(held.map((tokens) => [...tokens, 0]));
    const starts = held.map((_, i) => held.slice(0, i).reduce((sum, tokens) => sum + tokens.length + 1, 0));
    const at = drawn.map(({ sequence, position }) => starts[sequence] + position - 1);
    expect(drawn).toHaveLength(9 + 2 + 12);
    expect(maxDifference(drawn.map((d) => d.logProb), at.map((i) => logProb[i]))).toBeLessThan(1e-4); // prettier-ignore
    expect(maxDifference(drawn.map((d) => d.entropy), at.map((i) => entropy[i]))).toBeLessThan(1e-4); // prettier-ignore
    for (const { sequence, position } of drawn) {
      const row = logitsRef(config, parameters, held[sequence].slice(0, position)).subarray(
        (position - 1) * V,
      );
      const { token } = sampleRef(row, sequence + 100, position, { seed: 11, temperature: 1 });
      expect(held[sequence][position]).toBe(token);
    }
  });

  it('a draw depends on seed, stream and position alone, and the context can be filled', async () => {
    const options = { count: 8, seed: 3, temperature: 0.7 };
    const alone = model.decoder(1);
    const crowd = model.decoder(3);
    const tokens = tokensOf(config.context - 8, 9);
    const one = await alone.extend([{ sequence: 0, tokens }], { ...options, streams: [42] });
    const three = await crowd.extend(
      [
        { sequence: 1, tokens: tokensOf(4, 1) },
        { sequence: 0, tokens },
      ],
      { ...options, streams: [1, 42] },
    );
    expect([...three.tokens.subarray(8)]).toEqual([...one.tokens]);
    expect(alone.length(0)).toBe(config.context);
    await expect(
      alone.extend([{ sequence: 0, tokens: [1] }], { ...options, count: 0, streams: [42] }),
    ).rejects.toThrow(/at most 384 tokens in sequence 0, got 385/);
    crowd.reset();
    expect(crowd.length(0)).toBe(0);
    const again = await crowd.extend([{ sequence: 0, tokens }], { ...options, streams: [42] });
    expect([...again.tokens]).toEqual([...one.tokens]);
  });

  it('runs asked for at once take turns', async () => {
    const sequences = [tokensOf(4, 1), tokensOf(6, 2), tokensOf(2, 3)];
    const together = await Promise.all(sequences.map((tokens) => model.logits([tokens])));
    for (const [i, tokens] of sequences.entries()) expect(together[i]).toEqual(await model.logits([tokens]));
  });

  it('names bad tokens and lengths', async () => {
    await expect(model.logits([[0, 80]])).rejects.toThrow(/tokens in 0\.\.79, got 80/);
    await expect(model.logits([[]])).rejects.toThrow(/at least one token/);
    await expect(model.logits([tokensOf(385, 1)])).rejects.toThrow(
      /at most 384 tokens in sequence 0, got 385/,
    );
  });
});

it('a damaged file is refused before onnxruntime sees it, a destroyed model after', async () => {
  const ort = await loadOrt();
  const bytes = exportOnnx(policySizes.nano, initialParameters(policySizes.nano, 1));
  await expect(ortModel(ort, bytes.subarray(0, 1000))).rejects.toThrow(InputError);
  const model = await ortModel(ort, bytes);
  model.destroy();
  await expect(model.logits([[1]])).rejects.toThrow(/destroyed/);
});
