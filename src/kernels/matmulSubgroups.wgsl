// Matrix products for adapters with subgroups of at least LANES. Every lane needs the same values of A: LANES of them load one
// each and tell the others, which takes that part of the loads of matmul.wgsl.
// Assembled with `enable subgroups`, parts/products.wgsl, and parts/quads.wgsl or parts/singles.wgsl.
@group(0) @binding(6) var<storage, read> gain: array<Slice>; // (K), of the RMSNorm
@group(0) @binding(7) var<storage, read> rows: array<vec4u>; // (M) position, ., ., row of keys and values
@group(0) @binding(8) var<storage, read> table: array<vec4f>; // (T, D/4) cos, sin, cos, sin; see rope.wgsl
@group(0) @binding(9) var<storage, read_write> q: array<vec4f>; // (M, C)
@group(0) @binding(10) var<storage, read_write> keys: array<vec4f>; // (*, C)
@group(0) @binding(11) var<storage, read_write> values: array<vec4f>; // (*, C)

const LANES = 8u; // that load for each other: 4 or 8
const LOADS = 4u; // of a lane, in a round of `product`
const ROWS = 32u; // outputs of a thread in `product`: ROWS x 4, of LOADS * LANES rows
const TN_LOADS = 1u; // of a lane, in a step of tn
const TN_ROWS = 8u; // outputs of a thread in tn: 4 * TN_ROWS x 4, of TN_LOADS * LANES quads
const TN_STEPS = 1u; // of tn in a round

// What a goes through on its way into `product`: 0: nothing, 1: RMSNorm of its rows, 2: SwiGLU, with a (M, 2K).
override LEFT: u32 = 0;

// exp overflows beyond 88; sigmoid is 0 or 1 to float32 long before.
fn silu(x: Slice) -> Slice {
  return x / (1.0 + exp(-clamp(x, Slice(-80.0), Slice(80.0))));
}

fn left(row: u32, k: u32, inner: u32) -> Slice {
  let at = min(row, dims.M - 1u);
  if (LEFT == 2u) {
    return silu(a[2u * at * inner + k]) * a[(2u * at + 1u) * inner + k];
  }
  return a[at * inner + k];
}

// Rows row .. row + ROWS - 1 of the product, in the four columns of a thread. Every lane of a subgroup comes here.
fn sums(row: u32, safeColumn: u32, lane: u32) -> array<vec4f, ROWS> {
  let inner = dims.K / STEP;
  var sum: array<vec4f, ROWS>;
  var squares: array<f32, LOADS>; // lane by lane of the rows it loads
  for (var k = 0u; k < inner; k++) {
    let tile = right(k, safeColumn);
    var factor: Slice;
    if (LEFT == 1u) {
      factor = gain[k];
    }
    var loaded: array<Slice, LOADS>;
    for (var i = 0u; i < LOADS; i++) { // unroll
      loaded[i] = left(row + LANES * i + lane % LANES, k, inner);
      if (LEFT == 1u) {
        squares[i] += squared(loaded[i]);
        loaded[i] *= factor;
      }
    }
    for (var i = 0u; i < ROWS; i++) { // unroll
      sum[i] += tile * subgroupShuffle(loaded[i / LANES], i % LANES);
    }
  }
  if (LEFT == 1u) {
    for (var i = 0u; i < LOADS; i++) { // unroll
      squares[i] = 1.0 / sqrt(squares[i] / f32(dims.K) + dims.eps);
    }
    for (var i = 0u; i < ROWS; i++) { // unroll
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
  let row = group.x * TN_ROWS;
  let column = group.y * WIDTH + local.x;
  let safeColumn = min(column, columns - 1u);
  let end = min(dims.K, (group.z + 1u) * dims.chunk);
  var sum: array<vec4f, TN_ROWS * 4u>;
  for (var first = group.z * dims.chunk; first < end; first += TN_STEPS) {
    for (var s = 0u; s < TN_STEPS; s++) { // unroll
      let k = min(first + s, end - 1u);
      let right = b[k * columns + safeColumn];
      var loaded: array<vec4f, TN_LOADS>;
      for (var i = 0u; i < TN_LOADS; i++) { // unroll
        loaded[i] = quads[k * height + min(row + LANES * i + lane % LANES, height - 1u)];
        if (TN_STEPS > 1u) {
          loaded[i] = select(vec4f(), loaded[i], first + s < end);
        }
      }
      for (var i = 0u; i < TN_ROWS; i++) { // unroll
        let left = subgroupShuffle(loaded[i / LANES], i % LANES);
        sum[4u * i] += left.x * right;
        sum[4u * i + 1u] += left.y * right;
        sum[4u * i + 2u] += left.z * right;
        sum[4u * i + 3u] += left.w * right;
      }
    }
  }
  if (column < columns) {
    var finished = sum;
    for (var i = 0u; i < min(dims.rows, dims.M - 4u * row); i++) {
      out[(group.z * dims.M + 4u * row + i) * columns + column] = finished[i];
    }
  }
}
