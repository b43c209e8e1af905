/** Rows of x [R, C] by number, times `scale`, zeros where there is none. index: [M] → [M, C]. */
export function gatherRef(
  x: ArrayLike<number>,
  index: ArrayLike<number>,
  { M, R, C }: { readonly M: number; readonly R: number; readonly C: number },
  scale = 1,
): Float64Array {
  return Float64Array.from({ length: M * C }, (_, i) => {
    const row = index[Math.floor(i / C)];
    return row < R ? scale * x[row * C + (i % C)] : 0;
  });
}
