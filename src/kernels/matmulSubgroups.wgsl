// Matrix products for adapters with subgroups of at least 8. Every lane needs the same values of A: eight
// lanes load eight of them and shuffle, which takes an eighth of the loads of matmul.wgsl.
enable subgroups;

struct Dims {
  M: u32,
  N: u32,
  K: u32,
  chunk: u32, // tn: rows of the inner dimension that one workgroup sums
  rows: u32, // outputs of a thread along M: a compiler that knows them writes the stores out, and takes ten times as long
  eps: f32, // of the RMSNorm
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>; // (M, N)
@group(0) @binding(4) var<storage, read_write> out: array<vec4f>; // (M, N); tn: (chunks, M, N)
@group(0) @binding(5) var<storage, read> gain: array<vec4f>; // (K), of the RMSNorm
@group(0) @binding(6) var<storage, read> rows: array<vec4u>; // (M) position, ., ., row of keys and values
@group(0) @binding(7) var<storage, read> table: array<vec4f>; // (T, D/4) cos, sin, cos, sin; see rope.wgsl
@group(0) @binding(8) var<storage, read_write> q: array<vec4f>; // (M, C)
@group(0) @binding(9) var<storage, read_write> keys: array<vec4f>; // (*, C)
@group(0) @binding(10) var<storage, read_write> values: array<vec4f>; // (*, C)

const ROWS = 24u; // outputs of a thread in `product`: ROWS x 4
const WIDTH = 16u; // threads of a workgroup, side by side along N
const TN_ROWS = 8u; // outputs of a thread in tn: 4 * TN_ROWS x 4

// 0: out = product, 1: out += product, 2: out = residual + product.
override MODE: u32 = 0;

// 1: b is (N, K).
override TRANSPOSED: u32 = 0;

// What a goes through on its way into `product`: 0: nothing, 1: RMSNorm of its rows, 2: SwiGLU, with a (M, 2K).
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

// exp overflows beyond 88; sigmoid is 0 or 1 to float32 long before.
fn silu(x: vec4f) -> vec4f {
  return x / (1.0 + exp(-clamp(x, vec4f(-80.0), vec4f(80.0))));
}

fn left(row: u32, k: u32, inner: u32) -> vec4f {
  let at = min(row, dims.M - 1u);
  if (LEFT == 2u) {
    return silu(a[2u * at * inner + k]) * a[(2u * at + 1u) * inner + k];
  }
  return a[at * inner + k];
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

// Rows row .. row + ROWS - 1 of the product, in the four columns of a thread. Every lane of a subgroup comes here.
fn sums(row: u32, safeColumn: u32, lane: u32) -> array<vec4f, ROWS> {
  let inner = dims.K / 4u;
  var sum: array<vec4f, ROWS>;
  var squares: array<f32, ROWS / 8u>; // lane by lane of the rows it loads
  for (var k = 0u; k < inner; k++) {
    let tile = right(k, safeColumn);
    var loaded: array<vec4f, ROWS / 8u>;
    for (var i = 0u; i < ROWS / 8u; i++) {
      loaded[i] = left(row + 8u * i + (lane & 7u), k, inner);
      if (LEFT == 1u) {
        squares[i] += dot(loaded[i], loaded[i]);
        loaded[i] *= gain[k];
      }
    }
    for (var i = 0u; i < ROWS; i++) {
      let t = subgroupShuffle(loaded[i / 8u], i & 7u);
      sum[i] += t.x * tile[0] + t.y * tile[1] + t.z * tile[2] + t.w * tile[3];
    }
  }
  if (LEFT == 1u) {
    for (var i = 0u; i < ROWS / 8u; i++) {
      squares[i] = 1.0 / sqrt(squares[i] / f32(dims.K) + dims.eps);
    }
    for (var i = 0u; i < ROWS; i++) {
      sum[i] *= subgroupShuffle(squares[i / 8u], i & 7u);
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
  let quads = D / 8u; // of half a head
  let side = select(1.0, -1.0, at % (2u * quads) < quads);
  for (var i = 0u; i < min(dims.rows, dims.M - row); i++) {
    let own = finished[i];
    let other = subgroupShuffleXor(own, quads);
    if (column < columns) {
      let place = rows[row + i];
      let angle = 2u * (place.x * quads + at % quads);
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
  var sum: array<vec4f, TN_ROWS * 4u>;
  for (var k = group.z * dims.chunk; k < min(dims.K, (group.z + 1u) * dims.chunk); k++) {
    let right = b[k * columns + safeColumn];
    let loaded = a[k * height + min(row + (lane & 7u), height - 1u)];
    for (var i = 0u; i < TN_ROWS; i++) {
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
