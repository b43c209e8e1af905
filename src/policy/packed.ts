import { InputError } from '../core/errors.ts';
import type { PolicyConfig } from './types.ts';

/** Several sequences as one run of rows, without padding: row m holds one token of one sequence. */
export interface Packed {
  /** M: rows. */
  readonly count: number;
  /** [M] */
  readonly tokens: Uint32Array;
  /** [M] place in its sequence. */
  readonly position: Uint32Array;
  /** [M, 4]: position, row of the sequence's position 0, rows of the sequence, 0 (see `attention`). */
  readonly rows: Uint32Array;
  /** [M] the row's own number: where its key and value go in training. */
  readonly own: Uint32Array;
  /** [M] the next token of the sequence; 0 for its last row, whose score means nothing. */
  readonly targets: Uint32Array;
}

/** Packs sequences one after another. @throws InputError for an empty or overlong sequence or an unknown token. */
export function pack(sequences: readonly (readonly number[])[], config: PolicyConfig): Packed {
  const count = sequences.reduce((sum, s) => sum + s.length, 0);
  const [tokens, position, own, targets] = Array.from({ length: 4 }, () => new Uint32Array(count));
  const rows = new Uint32Array(count * 4);
  let base = 0;
  sequences.forEach((sequence, s) => {
    checkSequence(sequence, s, config);
    sequence.forEach((token, p) => {
      const m = base + p;
      tokens[m] = token;
      position[m] = p;
      own[m] = m;
      targets[m] = sequence[p + 1] ?? 0;
      rows.set([p, base, sequence.length, 0], 4 * m);
    });
    base += sequence.length;
  });
  return { count, tokens, position, rows, own, targets };
}

function checkSequence(sequence: readonly number[], index: number, config: PolicyConfig): void {
  if (sequence.length === 0 || sequence.length > config.context)
    throw new InputError(
      `policy ${config.name}: expected sequences of 1 to ${config.context} tokens, got ${sequence.length} for sequence ${index}. ` +
        'Shorten it, or use a policy with a longer context.',
    );
  for (const token of sequence)
    if (!Number.isInteger(token) || token < 0 || token >= config.vocabulary)
      throw new InputError(
        `policy ${config.name}: expected tokens from 0 to ${config.vocabulary - 1}, got ${token} in sequence ${index}. ` +
          'Encode with the environment the policy was trained in.',
      );
}

/** Splits sequences into runs of at most `limit` rows, in order. */
export function chunkByRows<S extends { readonly length: number }>(
  sequences: readonly S[],
  limit: number,
): S[][] {
  const chunks: S[][] = [];
  let rows = Infinity;
  for (const sequence of sequences) {
    if (rows + sequence.length > limit) {
      chunks.push([]);
      rows = 0;
    }
    chunks[chunks.length - 1].push(sequence);
    rows += sequence.length;
  }
  return chunks;
}

/** Zeroes the last position of every sequence, which has no successor to score. values: [M] → [M]. */
export function withoutLast(values: Float32Array, { rows }: Packed): Float32Array {
  return values.map((value, m) => (rows[4 * m] === rows[4 * m + 2] - 1 ? 0 : value));
}
