// Matrix products for adapters with subgroups of four lanes, SwiftShader's. Each lane of a quad has rows of a and four columns of b to
// itself, and looks at the columns of the others by swaps: as few loads as in matmulSubgroups.wgsl, and a swap is one instruction there
// where a broadcast is eleven. What else binds it: each component of a load is a screenful of code, so two values of a row are a round,
// for four would not fit the cache of instructions; integer divisions go lane by lane, hence shifts; a multiplication and an addition
// take fewer moves as an fma; sums whose index a loop knows at run time slow the whole kernel down.
// Assembled with `enable subgroups` and parts/products.wgsl.
alias Slice = vec2f;
@group(0) @binding(6) var<storage, read> pairs: array<vec2f>; // b where it is transposed

// What dims.added says, here a constant of the pipeline: loops over outputs that do one thing or another take longer.
override ADDED: u32 = 0;

const ROWS = 6u; // of a lane in `product`
const OUTPUTS = 24u; // 4 * ROWS, of four columns: a lane's, for itself and its neighbours
const TN_QUADS = 2u; // of a lane's rows in tn
const TN_OUTPUTS = 32u; // 16 * TN_QUADS

// What the four lanes of the quad have, the own first.
fn quad(own: vec4f) -> array<vec4f, 4> {
  return array(own, quadSwapX(own), quadSwapY(own), quadSwapDiagonal(own));
}

// Rows 2k and 2k + 1 of b, or columns of the transposed, in the four columns of a thread.
fn right(k: u32, column: u32) -> mat2x4f {
  if (TRANSPOSED == 1u) {
    let inner = dims.K >> 1u;
    let at = 4u * column * inner + k;
    return transpose(mat4x2f(pairs[at], pairs[at + inner], pairs[at + 2u * inner], pairs[at + 3u * inner]));
  }
  let columns = dims.N >> 2u;
  let at = 2u * k * columns + column;
  return mat2x4f(b[at], b[at + columns]);
}

@compute @workgroup_size(WIDTH)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let columns = dims.N >> 2u;
  let inner = dims.K >> 1u;
  let row = group.x * 4u * ROWS + (lane & 3u); // and every fourth behind it
  let column = group.y * WIDTH + local.x;
  let safeColumn = min(column, columns - 1u);
  var sum: array<vec4f, OUTPUTS>;
  for (var k = 0u; k < inner; k++) {
    let tile = right(k, safeColumn);
    let upper = quad(tile[0]);
    let lower = quad(tile[1]);
    var left: array<vec2f, ROWS>;
    for (var i = 0u; i < ROWS; i++) { // unroll
      left[i] = a[min(row + 4u * i, dims.M - 1u) * inner + k];
    }
    for (var turn = 0u; turn < 4u; turn++) { // unroll
      for (var i = 0u; i < ROWS; i++) { // unroll
        sum[ROWS * turn + i] = fma(left[i].yyyy, lower[turn], fma(left[i].xxxx, upper[turn], sum[ROWS * turn + i]));
      }
    }
  }
  let places = quad(vec4f(f32(column))); // exact: MATMUL_LIMIT
  let count = min(dims.rows, dims.M + 3u - row) >> 2u;
  if (ADDED == 0u) {
    for (var turn = 0u; turn < 4u; turn++) { // unroll
      let at = u32(places[turn].x);
      if (at < columns) {
        for (var i = 0u; i < ROWS; i++) { // unroll
          if (i < count) {
            out[(row + 4u * i) * columns + at] = sum[ROWS * turn + i];
          }
        }
      }
    }
  } else {
    // With what is added loaded too, stores written out take twice as long to compile and gain nothing.
    var finished = sum;
    for (var turn = 0u; turn < 4u; turn++) { // unroll
      let at = u32(places[turn].x);
      if (at < columns) {
        for (var i = 0u; i < count; i++) {
          store((row + 4u * i) * columns + at, finished[ROWS * turn + i]);
        }
      }
    }
  }
}

// Each z slice sums its own chunk of the inner dimension; sumChunks adds the slices.
@compute @workgroup_size(WIDTH)
fn tn(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let columns = dims.N >> 2u;
  let height = dims.M >> 2u;
  let row = (group.x * 4u + (lane & 3u)) * TN_QUADS;
  let column = group.y * WIDTH + local.x;
  let safeColumn = min(column, columns - 1u);
  var sum: array<vec4f, TN_OUTPUTS>;
  for (var k = group.z * dims.chunk; k < min(dims.K, (group.z + 1u) * dims.chunk); k++) {
    let right = quad(b[k * columns + safeColumn]);
    var left: array<vec4f, TN_QUADS>;
    for (var i = 0u; i < TN_QUADS; i++) { // unroll
      left[i] = quads[k * height + min(row + i, height - 1u)];
    }
    for (var turn = 0u; turn < 4u; turn++) { // unroll
      for (var i = 0u; i < TN_QUADS; i++) { // unroll
        for (var j = 0u; j < 4u; j++) { // unroll
          sum[(turn * TN_QUADS + i) * 4u + j] = fma(vec4f(left[i][j]), right[turn], sum[(turn * TN_QUADS + i) * 4u + j]);
        }
      }
    }
  }
  var finished = sum;
  let places = quad(vec4f(f32(column))); // exact: MATMUL_LIMIT
  let count = min(dims.rows >> 2u, dims.M - min(4u * row, dims.M));
  for (var turn = 0u; turn < 4u; turn++) { // unroll
    let at = u32(places[turn].x);
    if (at < columns) {
      for (var i = 0u; i < count; i++) {
        out[(group.z * dims.M + 4u * row + i) * columns + at] = finished[4u * TN_QUADS * turn + i];
      }
    }
  }
}
