import { LabError, ShapeError } from '../../core/errors.ts';
import { sampleRef } from '../../kernels/sample.ref.ts';
import type { Decoder, Feed, Sampled, SampleOptions } from '../types.ts';
import type { KvCache, OrtSession } from './ortSession.ts';

interface Sequence {
  readonly cache: KvCache;
  /** Tokens that the sequence holds but the cache does not yet: the last sampled one. */
  pending: number[];
}

/** @throws LabError for a token outside the vocabulary. */
export function requireTokens(where: string, tokens: readonly number[], vocabulary: number): void {
  const bad = tokens.find((token) => !(Number.isInteger(token) && token >= 0 && token < vocabulary));
  if (bad !== undefined)
    throw new LabError(`${where}: expected tokens in 0..${vocabulary - 1}, got ${bad}. Check the tokenizer.`);
  if (tokens.length === 0)
    throw new ShapeError(`${where}: expected at least one token, got none. Leave the sequence out.`);
}

/** Decoding with keys and values kept per sequence, so that any subset of sequences can be extended. */
export class OrtDecoder implements Decoder {
  private readonly sequences: (Sequence | undefined)[];

  constructor(
    private readonly session: OrtSession,
    readonly capacity: number,
  ) {
    if (!(Number.isInteger(capacity) && capacity > 0))
      throw new ShapeError(`decoder: expected a capacity of at least 1, got ${capacity}. Ask for more.`);
    this.sequences = Array.from({ length: capacity }, () => undefined);
  }

  length(sequence: number): number {
    const held = this.sequences[sequence];
    return held ? held.cache.length + held.pending.length : 0;
  }

  forget(sequence: number): void {
    this.sequences[sequence] = undefined;
  }

  reset(): void {
    this.sequences.fill(undefined);
  }

  destroy(): void {
    this.reset();
  }

  /**
   * @throws ShapeError when a sequence would outgrow the context, or options do not match the feeds;
   * the decoder is unchanged then.
   */
  async extend(feeds: readonly Feed[], options: SampleOptions): Promise<Sampled> {
    const { count, seed, streams, temperature } = options;
    this.check(feeds, options);
    const V = this.session.config.vocabulary;
    const out = {
      tokens: new Uint32Array(feeds.length * count),
      logProb: new Float32Array(feeds.length * count),
      entropy: new Float32Array(feeds.length * count),
    };
    const held = feeds.map(({ sequence, tokens }) => {
      const state = (this.sequences[sequence] ??= this.fresh());
      state.pending.push(...tokens);
      return state;
    });
    for (let j = 0; j < count; j++) {
      const rows = held.map(({ cache, pending }) => ({ tokens: pending, cache }));
      await this.session.forward(rows, (i, all) => {
        const position = held[i].cache.length;
        const drawn = sampleRef(all.subarray(all.length - V), streams[i], position, { seed, temperature });
        held[i].pending = [drawn.token];
        out.tokens[i * count + j] = drawn.token;
        out.logProb[i * count + j] = drawn.logProb;
        out.entropy[i * count + j] = drawn.entropy;
      });
    }
    return out;
  }

  private fresh(): Sequence {
    const { layers, width, context } = this.session.config;
    return { cache: { data: new Float32Array(2 * layers * width * context), length: 0 }, pending: [] };
  }

  private check(feeds: readonly Feed[], { count, streams, temperature }: SampleOptions): void {
    const { vocabulary, context } = this.session.config;
    const fail = (expected: string, got: unknown, remedy: string): never => {
      throw new ShapeError(`decoder.extend: expected ${expected}, got ${String(got)}. ${remedy}`);
    };
    if (!(Number.isInteger(count) && count >= 0)) fail('count of 0 or more', count, 'Pass a whole number.');
    if (!(temperature >= 0)) fail('temperature of 0 or more', temperature, 'Pass 0 for the greedy token.');
    if (streams.length !== feeds.length)
      fail(`${feeds.length} streams`, streams.length, 'Give every feed its stream.');
    const seen = new Set<number>();
    for (const { sequence, tokens } of feeds) {
      if (!(Number.isInteger(sequence) && sequence >= 0 && sequence < this.capacity))
        fail(`sequence in 0..${this.capacity - 1}`, sequence, 'Ask for a larger decoder.');
      if (seen.has(sequence)) fail('each sequence once', `${sequence} twice`, 'Join its feeds.');
      seen.add(sequence);
      requireTokens('decoder.extend', tokens, vocabulary);
      const grown = this.length(sequence) + tokens.length + count;
      if (grown > context)
        fail(`at most ${context} tokens in sequence ${sequence}`, grown, 'End the episode earlier.');
    }
  }
}
