import type { InferenceSession } from 'onnxruntime-web/wasm';
import { InputError, LabError } from '../../core/errors.ts';
import type { PolicyConfig } from '../types.ts';
import { importOnnx } from './importOnnx.ts';
import type { Ort } from './loadOrt.ts';

/** One sequence of a batch: tokens to append to what its cache holds. */
export interface Row {
  /** At least one, valid token ids. */
  readonly tokens: readonly number[];
  /** Absent for a forward pass from nothing. */
  readonly cache?: KvCache;
}

/** Rotated keys and values of one sequence: [2L, H, T, D], of which the first `length` positions are filled. */
export interface KvCache {
  readonly data: Float32Array;
  length: number;
}

/** Float32 values that one run of the session may need for its largest tensors (64 MiB). */
const RUN_VALUES = 2 ** 24;

/** A session on a policy's ONNX file. Runs go one at a time, whoever asks. */
export class OrtSession {
  private last: Promise<unknown> = Promise.resolve();
  private open = true;

  private constructor(
    private readonly ort: Ort,
    private readonly session: InferenceSession,
    readonly config: PolicyConfig,
  ) {}

  /** @throws InputError when the file is damaged or foreign, or its graph does not run. */
  static async create(ort: Ort, bytes: Uint8Array): Promise<OrtSession> {
    const { config } = importOnnx(bytes);
    const remedy = 'Export the policy again.';
    let session: InferenceSession;
    try {
      session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InputError(`ortModel: expected a graph that onnxruntime runs, got: ${reason}. ${remedy}`, {
        cause: error,
      });
    }
    const names = [...session.inputNames, ...session.outputNames].join(', ');
    const expected = 'tokens, positions, mask, past, logits, present';
    if (names !== expected)
      throw new InputError(
        `ortModel: expected graph inputs and outputs ${expected}, got ${names}. ${remedy}`,
      );
    return new OrtSession(ort, session, config);
  }

  /**
   * Appends every row's tokens to its cache and calls `visit(row, logits)` with the row's logits [S_row, V],
   * a view that is valid during the call. Rows are run together as far as memory allows.
   */
  async forward(rows: readonly Row[], visit: (row: number, logits: Float32Array) => void): Promise<void> {
    for (const [from, to] of this.batches(rows)) {
      const batch = rows.slice(from, to);
      const { logits, present, S } = await this.run(batch);
      batch.forEach(({ tokens, cache }, b) => {
        if (cache) this.store(cache, present, b, batch.length, S, tokens.length);
        const V = this.config.vocabulary;
        visit(from + b, logits.subarray(b * S * V, (b * S + tokens.length) * V));
      });
    }
  }

  async release(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await this.last;
    await this.session.release();
  }

  /** Cuts the rows into consecutive batches [from, to) whose padded tensors stay within RUN_VALUES. */
  private batches(rows: readonly Row[]): [number, number][] {
    const { vocabulary: V, width: C, heads: H, layers: L, feedForward: F } = this.config;
    const out: [number, number][] = [];
    let [from, S, P] = [0, 0, 0];
    rows.forEach(({ tokens, cache }, i) => {
      S = Math.max(S, tokens.length);
      P = Math.max(P, cache?.length ?? 0);
      const perRow = S * (V + 4 * F + 2 * L * C) + 2 * H * S * (P + S) + 2 * L * C * P;
      if (i > from && (i + 1 - from) * perRow > RUN_VALUES) {
        out.push([from, i]);
        [from, S, P] = [i, tokens.length, cache?.length ?? 0];
      }
    });
    if (rows.length > from) out.push([from, rows.length]);
    return out;
  }

  private run(rows: readonly Row[]): Promise<{ logits: Float32Array; present: Float32Array; S: number }> {
    const turn = async () => {
      if (!this.open)
        throw new LabError('ortModel: expected a live model, got a destroyed one. Load it again.');
      const { Tensor } = this.ort;
      const { layers: L, heads: H, width: C } = this.config;
      const [B, D] = [rows.length, C / H];
      const S = Math.max(...rows.map(({ tokens }) => tokens.length));
      const P = Math.max(...rows.map(({ cache }) => cache?.length ?? 0));
      const tokens = new BigInt64Array(B * S);
      const positions = new BigInt64Array(B * S);
      const mask = new Uint8Array(B * S * (P + S));
      rows.forEach(({ tokens: fed, cache }, b) => {
        const past = cache?.length ?? 0;
        fed.forEach((token, s) => {
          tokens[b * S + s] = BigInt(token);
          positions[b * S + s] = BigInt(past + s);
          const row = (b * S + s) * (P + S);
          mask.fill(1, row, row + past);
          mask.fill(1, row + P, row + P + s + 1);
        });
      });
      const results = await this.session.run({
        tokens: new Tensor('int64', tokens, [B, S]),
        positions: new Tensor('int64', positions, [B, S]),
        mask: new Tensor('bool', mask, [B, S, P + S]),
        past: new Tensor('float32', this.gather(rows, P), [2 * L, B, H, P, D]),
      });
      return {
        logits: results.logits.data as Float32Array,
        present: results.present.data as Float32Array,
        S,
      };
    };
    const result = this.last.then(turn);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** The rows' caches side by side: [2L, B, H, P, D], short ones padded on the right. */
  private gather(rows: readonly Row[], P: number): Float32Array {
    const { layers: L, heads: H, width: C, context: T } = this.config;
    const [B, D] = [rows.length, C / H];
    const out = new Float32Array(2 * L * B * C * P);
    rows.forEach(({ cache }, b) => {
      if (!cache) return;
      for (let slot = 0; slot < 2 * L; slot++)
        for (let h = 0; h < H; h++) {
          const from = (slot * H + h) * T * D;
          out.set(cache.data.subarray(from, from + cache.length * D), ((slot * B + b) * H + h) * P * D);
        }
    });
    return out;
  }

  /** Appends `count` of the S new positions of row b of `present` [2L, B, H, S, D] to a cache. */
  private store(cache: KvCache, present: Float32Array, b: number, B: number, S: number, count: number): void {
    const { layers: L, heads: H, width: C, context: T } = this.config;
    const D = C / H;
    for (let slot = 0; slot < 2 * L; slot++)
      for (let h = 0; h < H; h++) {
        const from = ((slot * B + b) * H + h) * S * D;
        cache.data.set(present.subarray(from, from + count * D), ((slot * H + h) * T + cache.length) * D);
      }
    cache.length += count;
  }
}
