import { view, type Tensor } from '../kernels/tensor.ts';
import { parameterLayout } from './parameters.ts';
import type { PolicyConfig } from './types.ts';

/** Views of one decoder layer's matrices and norms, of the parameters or of their gradients. */
export interface LayerWeights {
  readonly norm1: Tensor;
  readonly qkv: Tensor;
  readonly out: Tensor;
  readonly norm2: Tensor;
  readonly gateUp: Tensor;
  readonly down: Tensor;
}

/** The flat parameter (or gradient) vector with its named views. */
export interface Weights {
  readonly flat: Tensor;
  readonly embedding: Tensor;
  readonly layers: readonly LayerWeights[];
  readonly norm: Tensor;
}

/** Names the parts of a flat vector laid out by `parameterLayout`. */
export function weightsOf(flat: Tensor, config: PolicyConfig): Weights {
  const parts = new Map(parameterLayout(config).views.map((v) => [v.name, view(flat, v.start, v.length)]));
  const part = (name: string): Tensor => parts.get(name) as Tensor;
  return {
    flat,
    embedding: part('embedding'),
    layers: Array.from({ length: config.layers }, (_, l) => ({
      norm1: part(`${l}.norm1`),
      qkv: part(`${l}.qkv`),
      out: part(`${l}.out`),
      norm2: part(`${l}.norm2`),
      gateUp: part(`${l}.gateUp`),
      down: part(`${l}.down`),
    })),
    norm: part('norm'),
  };
}
