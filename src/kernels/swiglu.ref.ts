const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Float64 SwiGLU. gateUp: [M, 2F] → [M, F]. */
export function swigluForwardRef(gateUp: ArrayLike<number>, M: number, F: number): Float64Array {
  const out = new Float64Array(M * F);
  for (let m = 0; m < M; m++)
    for (let f = 0; f < F; f++) {
      const x = gateUp[m * 2 * F + f];
      out[m * F + f] = x * sigmoid(x) * gateUp[m * 2 * F + F + f];
    }
  return out;
}

/** Float64 gradient of SwiGLU. dOut: [M, F] → dGateUp: [M, 2F]. */
export function swigluBackwardRef(
  gateUp: ArrayLike<number>,
  dOut: ArrayLike<number>,
  M: number,
  F: number,
): Float64Array {
  const dGateUp = new Float64Array(M * 2 * F);
  for (let m = 0; m < M; m++)
    for (let f = 0; f < F; f++) {
      const gate = m * 2 * F + f;
      const x = gateUp[gate];
      const s = sigmoid(x);
      const d = dOut[m * F + f];
      dGateUp[gate] = d * gateUp[gate + F] * s * (1 + x * (1 - s));
      dGateUp[gate + F] = d * x * s;
    }
  return dGateUp;
}
