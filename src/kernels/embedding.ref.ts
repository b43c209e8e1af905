interface EmbeddingDims {
  readonly M: number;
  readonly C: number;
  readonly V: number;
  readonly scale: number;
}

/** Float64 embedding. tokens: [M], table: [V, C] → [M, C]. */
export function embeddingForwardRef(
  tokens: ArrayLike<number>,
  table: ArrayLike<number>,
  { M, C, V, scale }: EmbeddingDims,
): Float64Array {
  const out = new Float64Array(M * C);
  for (let m = 0; m < M; m++)
    for (let c = 0; c < C; c++) out[m * C + c] = tokens[m] < V ? scale * table[tokens[m] * C + c] : 0;
  return out;
}

/** Float64 gradient of the embedding. tokens: [M], dOut: [M, C] → dTable: [V, C]. */
export function embeddingBackwardRef(
  tokens: ArrayLike<number>,
  dOut: ArrayLike<number>,
  { M, C, V, scale }: EmbeddingDims,
): Float64Array {
  const dTable = new Float64Array(V * C);
  for (let m = 0; m < M; m++)
    for (let c = 0; c < C; c++) if (tokens[m] < V) dTable[tokens[m] * C + c] += scale * dOut[m * C + c];
  return dTable;
}
