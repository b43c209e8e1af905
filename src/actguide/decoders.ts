import type { Decoder, LanguageModel, PolicyConfig } from '../policy/types.ts';

/** Most sequences sampled at once. */
const MAX_SEQUENCES = 512;
/** Most bytes that the keys and values of one decoder may take. */
const CACHE_BYTES = 256 * 2 ** 20;

const idle = new WeakMap<LanguageModel, Decoder[]>();

/** Sequences that a decoder of this policy should hold at most: 512, fewer where keys and values are large. */
export function defaultCapacity(config: PolicyConfig): number {
  const bytesPerSequence = 2 * config.layers * config.width * config.context * Float32Array.BYTES_PER_ELEMENT;
  return Math.max(1, Math.min(MAX_SEQUENCES, Math.floor(CACHE_BYTES / bytesPerSequence)));
}

/**
 * Runs `use` with an empty decoder of at least `sequences`, kept for the next caller. One that is too small
 * gives way to a larger one, so a model holds a single idle decoder per concurrent caller.
 */
export async function withDecoder<T>(
  model: LanguageModel,
  sequences: number,
  use: (decoder: Decoder) => Promise<T>,
): Promise<T> {
  const pool = idle.get(model) ?? [];
  idle.set(model, pool);
  let decoder = pool.pop();
  if (decoder && decoder.capacity < sequences) {
    decoder.destroy();
    decoder = undefined;
  }
  decoder ??= model.decoder(sequences);
  try {
    decoder.reset();
    const result = await use(decoder);
    pool.push(decoder);
    return result;
  } catch (error) {
    // It may have stopped half-way through growing.
    decoder.destroy();
    throw error;
  }
}

/** Frees the idle decoders of a model; call it before `model.destroy()`. */
export function releaseDecoders(model: LanguageModel): void {
  idle.get(model)?.forEach((decoder) => decoder.destroy());
  idle.delete(model);
}
