import { describe, expect, it } from 'vitest';
import { testGpu } from '../../test/gpu.ts';
import { policyOf, sequencesOf, tiny } from '../../test/policies.ts';
import { policySizes } from './types.ts';

describe('GpuDecoder', () => {
  const options = { count: 3, seed: 9, temperature: 1 };

  it('samples what scoring confirms, over ragged feeds and several turns', async () => {
    const config = policySizes.nano;
    const policy = await policyOf(config);
    const decoder = policy.decoder(4);
    const texts = sequencesOf(config, [3, 1, 9, 5]);
    const logProbs: number[][] = texts.map(() => []);
    for (let turn = 0; turn < 3; turn++) {
      const alive = turn === 1 ? [0, 2] : [0, 1, 2, 3];
      const feeds = alive.map((sequence) => {
        const tokens = turn === 0 ? texts[sequence] : sequencesOf(config, [1 + sequence], turn)[0];
        if (turn > 0) texts[sequence] = [...texts[sequence], ...tokens];
        return { sequence, tokens };
      });
      const sampled = await decoder.extend(feeds, { ...options, streams: alive.map((s) => s + 100) });
      alive.forEach((sequence, i) => {
        texts[sequence] = [...texts[sequence], ...sampled.tokens.subarray(i * 3, i * 3 + 3)];
        logProbs[sequence].push(...sampled.logProb.subarray(i * 3, i * 3 + 3));
        expect(decoder.length(sequence)).toBe(texts[sequence].length);
      });
    }
    const { logProb } = await policy.score(texts);
    let start = 0;
    texts.forEach((text, sequence) => {
      const scored = logProb.subarray(start, start + text.length);
      for (const value of logProbs[sequence])
        expect([...scored].some((x) => Math.abs(x - value) < 1e-5)).toBe(true);
      expect(scored[text.length - 2]).toBeCloseTo(logProbs[sequence][logProbs[sequence].length - 1], 5);
      start += text.length;
    });
    decoder.destroy();
  });

  it('draws depend on (seed, stream, position) alone, not on the batch', async () => {
    const config = policySizes.nano;
    const policy = await policyOf(config);
    const texts = sequencesOf(config, [4, 7, 2, 6, 3]);
    const together = policy.decoder(5);
    const all = await together.extend(
      texts.map((tokens, sequence) => ({ sequence, tokens })),
      { ...options, streams: [1, 2, 3, 4, 5] },
    );
    const alone = policy.decoder(1);
    for (const i of [4, 1, 0]) {
      alone.reset();
      const one = await alone.extend([{ sequence: 0, tokens: texts[i] }], { ...options, streams: [i + 1] });
      expect([...one.tokens]).toEqual([...all.tokens.subarray(i * 3, i * 3 + 3)]);
      expect([...one.logProb]).toEqual([...all.logProb.subarray(i * 3, i * 3 + 3)]);
    }
    together.destroy();
    alone.destroy();
  });

  it('takes more than one pass can hold in parts, and draws for all at once', async () => {
    const gpu = await testGpu();
    const config = policySizes.nano;
    const policy = await policyOf(config);
    const texts = sequencesOf(config, Array<number>(14).fill(350)); // 4,900 rows; a pass takes 4,096
    const decoder = policy.decoder(14);
    const submits = gpu.recorder.submits;
    const sampled = await decoder.extend(
      texts.map((tokens, sequence) => ({ sequence, tokens })),
      { ...options, streams: texts.map((_, s) => s) },
    );
    expect(gpu.recorder.submits - submits).toBe(1 + options.count);
    const alone = policy.decoder(1);
    for (const s of [0, 11, 12, 13]) {
      alone.reset();
      const one = await alone.extend([{ sequence: 0, tokens: texts[s] }], { ...options, streams: [s] });
      expect([...one.logProb]).toEqual([...sampled.logProb.subarray(3 * s, 3 * s + 3)]);
    }
    expect((await decoder.extend([], { ...options, streams: [] })).tokens).toHaveLength(0);
    decoder.destroy();
    alone.destroy();
  });

  it('a forgotten sequence gives its place to another, which draws what it would alone', async () => {
    const config = policySizes.nano;
    const policy = await policyOf(config);
    const decoder = policy.decoder(2);
    const [first, second, third] = sequencesOf(config, [6, 9, 6]);
    const both = [first, second].map((tokens, sequence) => ({ sequence, tokens }));
    await decoder.extend(both, { ...options, streams: [1, 2] });
    decoder.forget(0);
    expect(decoder.length(0)).toBe(0);
    const feeds = [third, [5]].map((tokens, sequence) => ({ sequence, tokens }));
    const sampled = await decoder.extend(feeds, { ...options, streams: [3, 2] });

    const alone = policy.decoder(2);
    await alone.extend([both[1]], { ...options, streams: [2] });
    const kept = await alone.extend([feeds[1]], { ...options, streams: [2] });
    const fresh = await alone.extend([feeds[0]], { ...options, streams: [3] });
    expect([...sampled.logProb]).toEqual([...fresh.logProb, ...kept.logProb]);
    expect([...sampled.tokens]).toEqual([...fresh.tokens, ...kept.tokens]);
    decoder.destroy();
    alone.destroy();
  });

  it('sequences that begin alike share what is computed, and draw what each would draw alone', async () => {
    const gpu = await testGpu();
    const config = policySizes.nano;
    const policy = await policyOf(config);
    const [prompt, reply] = sequencesOf(config, [40, 5]);
    const group = policy.decoder(8);
    const feeds = (tokens: number[]) => Array.from({ length: 8 }, (_, sequence) => ({ sequence, tokens }));
    const streams = [1, 2, 3, 4, 5, 6, 7, 1];
    const rows = gpu.allocatedBytes;
    const first = await group.extend(feeds(prompt), { ...options, streams });
    // 40 + 8·3 rows at most, not 8·43, so keys and values stay in the first 1024 rows.
    expect(gpu.allocatedBytes - rows).toBeLessThan(1024 * 4 * config.width * 4 + 400_000);
    const second = await group.extend(feeds(reply), { ...options, streams });
    for (const i of [0, 3, 7]) {
      const alone = policy.decoder(1);
      for (const [tokens, together] of [[prompt, first] as const, [reply, second] as const]) {
        const one = await alone.extend([{ sequence: 0, tokens }], { ...options, streams: [streams[i]] });
        expect([...one.tokens]).toEqual([...together.tokens.subarray(3 * i, 3 * i + 3)]);
        expect([...one.logProb]).toEqual([...together.logProb.subarray(3 * i, 3 * i + 3)]);
        expect([...one.entropy]).toEqual([...together.entropy.subarray(3 * i, 3 * i + 3)]);
      }
      alone.destroy();
    }
    expect([...second.tokens.subarray(0, 3)]).toEqual([...second.tokens.subarray(21)]);
    group.destroy();
  });

  it('gives back every byte', async () => {
    const gpu = await testGpu();
    const policy = await policyOf(tiny);
    const before = gpu.allocatedBytes;
    const decoder = policy.decoder(3);
    await decoder.extend([{ sequence: 1, tokens: [1, 2] }], { ...options, streams: [0] });
    decoder.destroy();
    expect(gpu.allocatedBytes - before).toBeLessThanOrEqual(4096);
  });

  it('refuses a sequence that would outgrow the context', async () => {
    const policy = await policyOf(tiny);
    const decoder = policy.decoder(1);
    const feed = [{ sequence: 0, tokens: new Array<number>(10).fill(1) }];
    await expect(decoder.extend(feed, { ...options, streams: [0] })).rejects.toThrow(
      /expected at most 12 tokens, got 13/,
    );
    decoder.destroy();
  });
});
