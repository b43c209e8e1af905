/**
 * Largest relative difference between an analytic gradient and central differences of
 * L(x) = Σ dOut · f(x), in float64. `indices` limits which entries of x are probed.
 */
export function gradientError(
  f: (x: Float64Array) => ArrayLike<number>,
  x: Float64Array,
  dOut: ArrayLike<number>,
  analytic: ArrayLike<number>,
  indices: readonly number[] = Array.from(x, (_, i) => i),
): number {
  const loss = (v: Float64Array): number => {
    const out = f(v);
    let sum = 0;
    for (let i = 0; i < out.length; i++) sum += out[i] * dOut[i];
    return sum;
  };
  const h = 1e-5;
  let worst = 0;
  let scale = 1e-9;
  for (const i of indices) {
    const moved = Float64Array.from(x);
    moved[i] = x[i] + h;
    const up = loss(moved);
    moved[i] = x[i] - h;
    const numeric = (up - loss(moved)) / (2 * h);
    worst = Math.max(worst, Math.abs(numeric - analytic[i]));
    scale = Math.max(scale, Math.abs(numeric));
  }
  return worst / scale;
}
