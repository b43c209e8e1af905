// Matrix products in the three layouts training needs, tiled in registers and without barriers (a
// workgroupBarrier is what software adapters do worst). Vectors of 4 run along N and along the
// contiguous dimension of a (K; in tn M); matmulAny.wgsl takes sizes that are no multiple of 4 there. Sums run in a fixed order: the same inputs give the same bits.
//   product: a (M, K), b (K, N) or transposed (N, K)    tn: a (K, M), b (K, N)
struct Dims {
  M: u32,
  N: u32,
  K: u32,
  chunk: u32, // tn: rows of the inner dimension that one workgroup sums
  rows: u32, // outputs of a thread along M; for matmulSubgroups.wgsl
  eps: f32, // of the RMSNorm
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>; // (M, N)
@group(0) @binding(4) var<storage, read_write> out: array<vec4f>; // (M, N); tn: (chunks, M, N)
@group(0) @binding(5) var<storage, read> gain: array<vec4f>; // (K), of the RMSNorm

const ROWS = 8u; // outputs of a thread in `product`: ROWS x 4
const WIDTH = 16u; // threads of a workgroup, side by side along N
const TN_ROWS = 4u; // outputs of a thread in tn: 4 * TN_ROWS x 4
const OUTPUTS = 16u; // 4 * TN_ROWS

// 0: out = product, 1: out += product, 2: out = residual + product.
override MODE: u32 = 0;

// 1: b is (N, K).
override TRANSPOSED: u32 = 0;

// What a goes through on its way into `product`: 0: nothing, 1: RMSNorm of its rows.
override LEFT: u32 = 0;

fn store(at: u32, value: vec4f) {
  switch (MODE) {
    case 1u: {
      out[at] += value;
    }
    case 2u: {
      out[at] = residual[at] + value;
    }
    default: {
      out[at] = value;
    }
  }
}

// Rows 4k .. 4k + 3 of the right factor, in the four columns of a thread.
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
  var squares: array<f32, ROWS>;
  for (var k = 0u; k < inner; k++) {
    let tile = right(k, safeColumn);
    for (var i = 0u; i < ROWS; i++) { // unroll
      let value = a[min(row + i, dims.M - 1u) * inner + k];
      if (LEFT == 1u) {
        squares[i] += dot(value, value);
        sum[i] += tile * (value * gain[k]);
      } else {
        sum[i] += tile * value;
      }
    }
  }
  if (column < columns) {
    for (var i = 0u; i < ROWS; i++) { // unroll
      if (row + i < dims.M) {
        if (LEFT == 1u) {
          sum[i] *= 1.0 / sqrt(squares[i] / f32(dims.K) + dims.eps);
        }
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
      let left = a[k * rows + min(row + i, rows - 1u)];
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
