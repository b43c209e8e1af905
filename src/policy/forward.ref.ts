import { parameterLayout } from './parameters.ts';
import { NORM_EPS, ROPE_THETA, type PolicyConfig } from './types.ts';

/** x [T, I] times w [I, O] → [T, O]. */
function matmul(x: Float64Array, w: Float64Array, T: number, I: number, O: number): Float64Array {
  const out = new Float64Array(T * O);
  for (let t = 0; t < T; t++)
    for (let i = 0; i < I; i++) for (let o = 0; o < O; o++) out[t * O + o] += x[t * I + i] * w[i * O + o];
  return out;
}

/** x / sqrt(mean(x²) + eps) · weight over rows of C = weight.length. */
function rmsnorm(x: Float64Array, weight: Float64Array): Float64Array {
  const C = weight.length;
  const out = new Float64Array(x.length);
  for (let row = 0; row < x.length; row += C) {
    let square = 0;
    for (let c = 0; c < C; c++) square += x[row + c] ** 2;
    const scale = 1 / Math.sqrt(square / C + NORM_EPS);
    for (let c = 0; c < C; c++) out[row + c] = x[row + c] * scale * weight[c];
  }
  return out;
}

/** Rotates the pairs (i, i + D/2) of the D columns from `column` on by the angle t · θ^(-2i/D), in place. */
function rotate(x: Float64Array, T: number, stride: number, column: number, D: number): void {
  for (let t = 0; t < T; t++)
    for (let i = 0; i < D / 2; i++) {
      const angle = t * ROPE_THETA ** ((-2 * i) / D);
      const [a, b] = [t * stride + column + i, t * stride + column + i + D / 2];
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      [x[a], x[b]] = [x[a] * cos - x[b] * sin, x[b] * cos + x[a] * sin];
    }
}

/** Causal attention. qkv [T, 3C] (rotated in place) → [T, C], and the attention probabilities [H, T, T]. */
function attention(qkv: Float64Array, T: number, C: number, H: number) {
  const D = C / H;
  const out = new Float64Array(T * C);
  const looks = new Float32Array(H * T * T);
  for (let h = 0; h < H; h++) {
    const [q, k, v] = [h * D, C + h * D, 2 * C + h * D];
    rotate(qkv, T, 3 * C, q, D);
    rotate(qkv, T, 3 * C, k, D);
    for (let t = 0; t < T; t++) {
      const scores = Float64Array.from({ length: t + 1 }, (_, s) => {
        let dot = 0;
        for (let d = 0; d < D; d++) dot += qkv[t * 3 * C + q + d] * qkv[s * 3 * C + k + d];
        return dot / Math.sqrt(D);
      });
      const highest = scores.reduce((a, b) => Math.max(a, b));
      const weights = scores.map((score) => Math.exp(score - highest));
      const total = weights.reduce((a, b) => a + b);
      for (let s = 0; s <= t; s++) {
        const p = weights[s] / total;
        looks[(h * T + t) * T + s] = p;
        for (let d = 0; d < D; d++) out[t * C + h * D + d] += p * qkv[s * 3 * C + v + d];
      }
    }
  }
  return { out, looks };
}

/** T tokens → logits [T, V], as {@link forwardRef} computes them. */
export const logitsRef = (...input: Parameters<typeof forwardRef>): Float64Array =>
  forwardRef(...input).logits;

/**
 * Float64 forward pass of the whole policy, written to be read: what the GPU policy and the ONNX file are
 * tested against. `parameters` is the flat vector of {@link parameterLayout}; T tokens → logits [T, V] and what
 * every position attends to: attention [L, H, T, T], rows that sum to 1 over the positions up to their own.
 */
export function forwardRef(
  config: PolicyConfig,
  parameters: ArrayLike<number>,
  tokens: readonly number[],
): { readonly logits: Float64Array; readonly attention: Float32Array } {
  const { vocabulary: V, width: C, layers, heads, feedForward: F } = config;
  const T = tokens.length;
  const weights = new Map(
    parameterLayout(config).views.map(({ name, start, length }) => [
      name,
      Float64Array.from({ length }, (_, i) => parameters[start + i]),
    ]),
  );
  const weight = (name: string): Float64Array => weights.get(name)!;
  const embedding = weight('embedding');
  const x = new Float64Array(T * C);
  tokens.forEach((token, t) => {
    for (let c = 0; c < C; c++) x[t * C + c] = embedding[token * C + c] * Math.sqrt(C);
  });
  const add = (y: Float64Array): void => y.forEach((value, i) => (x[i] += value));
  const attended = new Float32Array(layers * heads * T * T);
  for (let l = 0; l < layers; l++) {
    const qkv = matmul(rmsnorm(x, weight(`${l}.norm1`)), weight(`${l}.qkv`), T, C, 3 * C);
    const { out, looks } = attention(qkv, T, C, heads);
    attended.set(looks, l * heads * T * T);
    add(matmul(out, weight(`${l}.out`), T, C, C));
    const gateUp = matmul(rmsnorm(x, weight(`${l}.norm2`)), weight(`${l}.gateUp`), T, C, 2 * F);
    const hidden = new Float64Array(T * F);
    for (let t = 0; t < T; t++)
      for (let f = 0; f < F; f++) {
        const gate = gateUp[t * 2 * F + f];
        hidden[t * F + f] = (gate / (1 + Math.exp(-gate))) * gateUp[t * 2 * F + F + f];
      }
    add(matmul(hidden, weight(`${l}.down`), T, F, C));
  }
  const normed = rmsnorm(x, weight('norm'));
  const logits = new Float64Array(T * V);
  for (let t = 0; t < T; t++)
    for (let v = 0; v < V; v++)
      for (let c = 0; c < C; c++) logits[t * V + v] += normed[t * C + c] * embedding[v * C + c];
  return { logits, attention: attended };
}
