// Matrix products for adapters with subgroups of at least LANES. Every lane needs the same values of A: LANES of them load one
// each and tell the others, which takes that part of the loads of matmul.wgsl. A round takes one value of a row of a, and one row of b:
// the least code, which is quick to compile where loads are written out lane by lane (lavapipe), and leaves room for more sums in registers.
// One pipeline serves both layouts, with and without a residual: b goes value by value, as lavapipe loads vectors too, with strides.
// Assembled with `enable subgroups` and parts/products.wgsl.
alias Slice = f32;
@group(0) @binding(6) var<storage, read> gain: array<f32>; // (K), of the RMSNorm
@group(0) @binding(7) var<storage, read> rows: array<vec4u>; // (M) position, ., ., row of keys and values
@group(0) @binding(8) var<storage, read> table: array<vec4f>; // (T, D/4) cos, sin, cos, sin; see rope.wgsl
@group(0) @binding(9) var<storage, read_write> q: array<vec4f>; // (M, C)
@group(0) @binding(10) var<storage, read_write> keys: array<vec4f>; // (*, C)
@group(0) @binding(11) var<storage, read_write> values: array<vec4f>; // (*, C)
@group(0) @binding(12) var<storage, read> singles: array<f32>; // b of product and qkv

const LANES = 8u; // that load for each other
const LOADS = 4u; // of a lane, in a round of `product`
const ROWS = 32u; // outputs of a thread in `product`: ROWS x 4, of LOADS * LANES rows
const OUTPUTS = 32u; // of four columns, of a thread in tn: 4 * LANES

// What a goes through on its way into `product`: 0: nothing, 1: RMSNorm of its rows, 2: SwiGLU, with a (M, 2K).
override LEFT: u32 = 0;

// exp overflows beyond 88; sigmoid is 0 or 1 to float32 long before.
fn silu(x: f32) -> f32 {
  return x / (1.0 + exp(-clamp(x, -80.0, 80.0)));
}

fn left(row: u32, k: u32) -> f32 {
  let at = min(row, dims.M - 1u);
  if (LEFT == 2u) {
    return silu(a[2u * at * dims.K + k]) * a[(2u * at + 1u) * dims.K + k];
  }
  return a[at * dims.K + k];
}

// Row k of b, or column of the transposed, in the four columns of a thread.
fn right(k: u32, column: u32) -> vec4f {
  let at = k * dims.down + 4u * column * dims.along;
  return vec4f(singles[at], singles[at + dims.along], singles[at + 2u * dims.along], singles[at + 3u * dims.along]);
}

// Rows row .. row + ROWS - 1 of the product, in the four columns of a thread. Every lane of a subgroup comes here.
fn sums(row: u32, safeColumn: u32, lane: u32) -> array<vec4f, ROWS> {
  var sum: array<vec4f, ROWS>;
  var squares: array<f32, LOADS>; // lane by lane of the rows it loads
  for (var k = 0u; k < dims.K; k++) {
    let tile = right(k, safeColumn);
    var factor: f32;
    if (LEFT == 1u) {
      factor = gain[k];
    }
    var loaded: array<f32, LOADS>;
    for (var i = 0u; i < LOADS; i++) {
      loaded[i] = left(row + LANES * i + lane % LANES, k);
      if (LEFT == 1u) {
        squares[i] += loaded[i] * loaded[i];
        loaded[i] *= factor;
      }
    }
    for (var i = 0u; i < ROWS; i++) {
      sum[i] += tile * subgroupShuffle(loaded[i / LANES], i % LANES);
    }
  }
  if (LEFT == 1u) {
    for (var i = 0u; i < LOADS; i++) {
      squares[i] = 1.0 / sqrt(squares[i] / f32(dims.K) + dims.eps);
    }
    for (var i = 0u; i < ROWS; i++) {
      sum[i] *= subgroupShuffle(squares[i / LANES], i % LANES);
    }
  }
  return sum;
}

@compute @workgroup_size(WIDTH)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let columns = dims.N / 4u;
  let row = group.x * ROWS;
  let column = group.y * WIDTH + local.x;
  var finished = sums(row, min(column, columns - 1u), lane);
  if (column < columns) {
    for (var i = 0u; i < min(dims.rows, dims.M - row); i++) {
      store((row + i) * columns + column, finished[i]);
    }
  }
}

// Width of a head of q, k and v: 8, 16 or 32.
override D: u32 = 8;

// The product of queries, keys and values, rotated as rope.wgsl does: the partner of a thread's columns is half a head
// away, in another lane.
@compute @workgroup_size(WIDTH)
fn qkv(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let columns = dims.N / 4u;
  let third = columns / 3u;
  let row = group.x * ROWS;
  let column = group.y * WIDTH + local.x;
  var finished = sums(row, min(column, columns - 1u), lane);
  let section = column / third;
  let at = column % third;
  let half = D / 8u; // quads of half a head
  let side = select(1.0, -1.0, at % (2u * half) < half);
  for (var i = 0u; i < min(dims.rows, dims.M - row); i++) {
    let own = finished[i];
    let other = subgroupShuffleXor(own, half);
    if (column < columns) {
      let place = rows[row + i];
      let angle = 2u * (place.x * half + at % half);
      let low = table[angle];
      let high = table[angle + 1u];
      let turned = own * vec4f(low.xz, high.xz) + side * other * vec4f(low.yw, high.yw);
      switch (section) {
        case 0u: {
          q[(row + i) * third + at] = turned;
        }
        case 1u: {
          keys[place.w * third + at] = turned;
        }
        default: {
          values[place.w * third + at] = own;
        }
      }
    }
  }
}

// Each z slice sums its own chunk of the inner dimension; sumChunks adds the slices.
@compute @workgroup_size(WIDTH)
fn tn(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let columns = dims.N / 4u;
  let height = dims.M / 4u;
  let row = group.x * LANES;
  let column = group.y * WIDTH + local.x;
  let safeColumn = min(column, columns - 1u);
  var sum: array<vec4f, OUTPUTS>;
  for (var k = group.z * dims.chunk; k < min(dims.K, (group.z + 1u) * dims.chunk); k++) {
    let right = b[k * columns + safeColumn];
    let loaded = quads[k * height + min(row + lane % LANES, height - 1u)];
    for (var i = 0u; i < LANES; i++) {
      let left = subgroupShuffle(loaded, i);
      sum[4u * i] += left.x * right;
      sum[4u * i + 1u] += left.y * right;
      sum[4u * i + 2u] += left.z * right;
      sum[4u * i + 3u] += left.w * right;
    }
  }
  if (column < columns) {
    var finished = sum;
    for (var i = 0u; i < min(dims.rows, dims.M - 4u * row); i++) {
      out[(group.z * dims.M + 4u * row + i) * columns + column] = finished[i];
    }
  }
}
