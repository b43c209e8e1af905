import { ShapeError } from '../../core/errors.ts';
import { entropyRef, logSoftmaxRef } from '../../kernels/logProb.ref.ts';
import type { Decoder, LanguageModel, PolicyConfig, Scores } from '../types.ts';
import type { Ort } from './loadOrt.ts';
import { OrtDecoder, requireTokens } from './ortDecoder.ts';
import { OrtSession } from './ortSession.ts';

/**
 * A policy's ONNX file on onnxruntime-web: an independent check of our forward pass, and the policy of
 * machines without WebGPU. Sampling draws the same uniforms as the GPU policy, so both sample the same
 * tokens but where a cumulative probability falls within rounding of the draw.
 *
 * @param ort from `loadOrt()`
 * @param bytes a file of `exportOnnx`
 * @throws InputError when the file is damaged or foreign.
 */
export async function ortModel(ort: Ort, bytes: Uint8Array): Promise<LanguageModel> {
  return new OrtModel(await OrtSession.create(ort, bytes));
}

class OrtModel implements LanguageModel {
  readonly config: PolicyConfig;

  constructor(private readonly session: OrtSession) {
    this.config = session.config;
  }

  async logits(sequences: readonly (readonly number[])[]): Promise<Float32Array> {
    const V = this.config.vocabulary;
    const starts = this.starts('logits', sequences);
    const out = new Float32Array(starts[sequences.length] * V);
    await this.session.forward(
      sequences.map((tokens) => ({ tokens })),
      (i, logits) => out.set(logits, starts[i] * V),
    );
    return out;
  }

  async score(sequences: readonly (readonly number[])[]): Promise<Scores> {
    const V = this.config.vocabulary;
    const starts = this.starts('score', sequences);
    const logProb = new Float32Array(starts[sequences.length]);
    const entropy = new Float32Array(starts[sequences.length]);
    await this.session.forward(
      sequences.map((tokens) => ({ tokens })),
      (i, logits) => {
        for (let t = 0; t + 1 < sequences[i].length; t++) {
          const logP = logSoftmaxRef(logits, t, V);
          logProb[starts[i] + t] = logP[sequences[i][t + 1]];
          entropy[starts[i] + t] = entropyRef(logP);
        }
      },
    );
    return { logProb, entropy };
  }

  decoder(capacity: number): Decoder {
    return new OrtDecoder(this.session, capacity);
  }

  destroy(): void {
    void this.session.release();
  }

  /** First position of each sequence in the concatenation, then the total; checks the sequences. */
  private starts(where: string, sequences: readonly (readonly number[])[]): number[] {
    const { vocabulary, context } = this.config;
    const starts = [0];
    sequences.forEach((tokens, i) => {
      requireTokens(where, tokens, vocabulary);
      if (tokens.length > context)
        throw new ShapeError(
          `${where}: expected at most ${context} tokens in sequence ${i}, got ${tokens.length}. Shorten it.`,
        );
      starts.push(starts[i] + tokens.length);
    });
    return starts;
  }
}
