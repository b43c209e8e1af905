// Matrix products in the three layouts training needs, tiled in registers and without barriers (a
// workgroupBarrier is what software adapters do worst). Vectors of 4 run along N and along the
// contiguous dimension of a (K; in tn M); matmulAny.wgsl takes sizes that are no multiple of 4 there. Sums run in a fixed order: the same inputs give the same bits.
// Assembled with parts/products.wgsl.
//   product: a (M, K), b (K, N) or transposed (N, K)    tn: a (K, M), b (K, N)
alias Slice = vec4f;
const ROWS = 8u; // outputs of a thread in `product`: ROWS x 4
const TN_ROWS = 4u; // outputs of a thread in tn: 4 * TN_ROWS x 4
const OUTPUTS = 16u; // 4 * TN_ROWS

// Rows 4k to 4k + 3 of b, or columns of the transposed, in the four columns of a thread.
fn right(k: u32, column: u32) -> mat4x4f {
  if (TRANSPOSED == 1u) {
    let inner = dims.K / 4u;
    let at = 4u * column * inner + k;
    return transpose(mat4x4f(b[at], b[at + inner], b[at + 2u * inner], b[at + 3u * inner]));
  }
  let columns = dims.N / 4u;
  let at = 4u * k * columns + column;
  return mat4x4f(b[at], b[at + columns], b[at + 2u * columns], b[at + 3u * columns]);
}

@compute @workgroup_size(WIDTH)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let columns = dims.N / 4u;
  let inner = dims.K / 4u;
  let row = group.x * ROWS;
  let column = group.y * WIDTH + local.x;
  let safeColumn = min(column, columns - 1u);
  var sum: array<vec4f, ROWS>;
  for (var k = 0u; k < inner; k++) {
    let tile = right(k, safeColumn);
    for (var i = 0u; i < ROWS; i++) { // unroll
      sum[i] += tile * a[min(row + i, dims.M - 1u) * inner + k];
    }
  }
  if (column < columns) {
    for (var i = 0u; i < ROWS; i++) { // unroll
      if (row + i < dims.M) {
        store((row + i) * columns + column, sum[i]);
      }
    }
  }
}

// Each z slice sums its own chunk of the inner dimension; sumChunks adds the slices.
@compute @workgroup_size(WIDTH)
fn tn(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let columns = dims.N / 4u;
  let rows = dims.M / 4u;
  let row = group.x * TN_ROWS;
  let column = group.y * WIDTH + local.x;
  let safeColumn = min(column, columns - 1u);
  var sum: array<vec4f, OUTPUTS>;
  for (var k = group.z * dims.chunk; k < min(dims.K, (group.z + 1u) * dims.chunk); k++) {
    let right = b[k * columns + safeColumn];
    for (var i = 0u; i < TN_ROWS; i++) { // unroll
      let left = quads[k * rows + min(row + i, rows - 1u)];
      sum[4u * i] += left.x * right;
      sum[4u * i + 1u] += left.y * right;
      sum[4u * i + 2u] += left.z * right;
      sum[4u * i + 3u] += left.w * right;
    }
  }
  if (column < columns) {
    for (var i = 0u; i < OUTPUTS; i++) { // unroll
      if (4u * row + i < dims.M) {
        out[(group.z * dims.M + 4u * row + i) * columns + column] = sum[i];
      }
    }
  }
}
