import type { PolicyConfig, UpdateSettings } from '../policy/types.ts';

/** B sequences of T tokens each, the same for every contender. */
export interface Batch {
  readonly sequences: readonly (readonly number[])[];
}

/** One model and its AdamW state. */
export interface Trainer {
  /**
   * Forward, backward, clipping and AdamW on the mean cross-entropy of every token that has a predecessor.
   * Resolves with the loss before the update, once the update is computed.
   */
  step(batch: Batch): Promise<number>;
  dispose(): void;
}

/** One model that continues prompts at temperature 1 with a cache of keys and values. */
export interface Sampler {
  /** `count` tokens behind each of the prompts, which are equally long: row-major [prompts, count]. */
  sample(prompts: readonly (readonly number[])[], count: number, seed: number): Promise<ArrayLike<number>>;
  dispose(): void;
}

/** A library on one of its back ends: the same decoder, written as the library's users would write it. */
export interface Contender {
  readonly name: string;
  readonly backend: 'WebGPU' | 'Wasm';
  /** What its buffers are counted on; none for Wasm. */
  readonly device: GPUDevice | undefined;
  /** `parameters` are laid out by `parameterLayout`. */
  trainer(config: PolicyConfig, parameters: Float32Array, update: UpdateSettings): Promise<Trainer>;
  sampler(config: PolicyConfig, parameters: Float32Array): Promise<Sampler>;
  destroy(): void;
}

/** A contender that cannot run here tells why, in place of a result. */
export type Entry = Contender | { readonly name: string; readonly backend: string; readonly absent: string };
