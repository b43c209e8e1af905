// Matrix products for GPUs: 64 x 64 outputs a workgroup, both factors through workgroup memory, 16 of the inner dimension
// at a time. Layouts are those of matmul.wgsl.
struct Dims {
  M: u32,
  N: u32,
  K: u32,
  chunk: u32, // tn: rows of the inner dimension that one workgroup sums
  added: u32, // 1: out = residual + product
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<f32>; // (M, N)
@group(0) @binding(4) var<storage, read_write> out: array<f32>; // (M, N); tn: (chunks, M, N)

const SIDE = 64u; // of the outputs of a workgroup
const DEPTH = 16u; // of the inner dimension at a time
const STRIDE = 65u; // of a row of SIDE values: one more, so that columns lie in different banks
const THREADS = 128u; // 16 x 8: each takes ROWS rows and every 16th column
const ROWS = 8u;

var<workgroup> left: array<f32, 1040>; // (DEPTH, STRIDE)
var<workgroup> right: array<f32, 1040>; // (DEPTH, STRIDE)

// 1: b is (N, K).
override TRANSPOSED: u32 = 0;

fn store(at: u32, value: f32) {
  var stored = value;
  if (dims.added == 1u) {
    stored += residual[at];
  }
  out[at] = stored;
}

// Where quad i of a tile lies, as (side, depth): along the inner dimension, or along the side.
fn alongDepth(i: u32) -> vec2u {
  return vec2u(i / 4u, i % 4u * 4u);
}

fn alongSide(i: u32) -> vec2u {
  return vec2u(i % 16u * 4u, i / 16u);
}

// a (M, K) and, transposed, b (N, K): K is contiguous.
fn loadLeft(index: u32, row: u32, k: u32) {
  for (var i = index; i < SIDE * DEPTH / 4u; i += THREADS) {
    let at = alongDepth(i);
    let value = a[(min(row + at.x, dims.M - 1u) * dims.K + min(k + at.y, dims.K - 4u)) / 4u];
    let within = select(vec4f(), value, row + at.x < dims.M && k + at.y < dims.K);
    for (var j = 0u; j < 4u; j++) {
      left[(at.y + j) * STRIDE + at.x] = within[j];
    }
  }
}

fn loadRightTransposed(index: u32, column: u32, k: u32) {
  for (var i = index; i < SIDE * DEPTH / 4u; i += THREADS) {
    let at = alongDepth(i);
    let value = b[(min(column + at.x, dims.N - 1u) * dims.K + min(k + at.y, dims.K - 4u)) / 4u];
    let within = select(vec4f(), value, column + at.x < dims.N && k + at.y < dims.K);
    for (var j = 0u; j < 4u; j++) {
      right[(at.y + j) * STRIDE + at.x] = within[j];
    }
  }
}

// b (K, N) and, in tn, a (K, M): the side is contiguous.
fn loadRight(index: u32, column: u32, k: u32, end: u32) {
  for (var i = index; i < SIDE * DEPTH / 4u; i += THREADS) {
    let at = alongSide(i);
    let value = b[(min(k + at.y, end - 1u) * dims.N + min(column + at.x, dims.N - 4u)) / 4u];
    let within = select(vec4f(), value, column + at.x < dims.N && k + at.y < end);
    for (var j = 0u; j < 4u; j++) {
      right[at.y * STRIDE + at.x + j] = within[j];
    }
  }
}

fn loadLeftTransposed(index: u32, row: u32, k: u32, end: u32) {
  for (var i = index; i < SIDE * DEPTH / 4u; i += THREADS) {
    let at = alongSide(i);
    let value = a[(min(k + at.y, end - 1u) * dims.M + min(row + at.x, dims.M - 4u)) / 4u];
    let within = select(vec4f(), value, row + at.x < dims.M && k + at.y < end);
    for (var j = 0u; j < 4u; j++) {
      left[at.y * STRIDE + at.x + j] = within[j];
    }
  }
}

// What the loaded tiles add to the outputs of a thread.
fn addTile(sum: ptr<function, array<vec4f, ROWS>>, x: u32, y: u32) {
  for (var s = 0u; s < DEPTH; s++) {
    let at = s * STRIDE + x;
    let columns = vec4f(right[at], right[at + 16u], right[at + 32u], right[at + 48u]);
    for (var i = 0u; i < ROWS; i++) { // unroll
      (*sum)[i] += left[s * STRIDE + y * ROWS + i] * columns;
    }
  }
}

@compute @workgroup_size(THREADS)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let row = group.x * SIDE;
  let column = group.y * SIDE;
  let x = index % 16u;
  let y = index / 16u;
  var sum: array<vec4f, ROWS>;
  for (var k = 0u; k < dims.K; k += DEPTH) {
    loadLeft(index, row, k);
    if (TRANSPOSED == 1u) {
      loadRightTransposed(index, column, k);
    } else {
      loadRight(index, column, k, dims.K);
    }
    workgroupBarrier();
    addTile(&sum, x, y);
    workgroupBarrier();
  }
  for (var i = 0u; i < ROWS; i++) { // unroll
    let m = row + y * ROWS + i;
    for (var j = 0u; j < 4u; j++) { // unroll
      let n = column + x + 16u * j;
      if (m < dims.M && n < dims.N) {
        store(m * dims.N + n, sum[i][j]);
      }
    }
  }
}

// Each z slice sums its own chunk of the inner dimension; sumChunks adds the slices.
@compute @workgroup_size(THREADS)
fn tn(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let row = group.x * SIDE;
  let column = group.y * SIDE;
  let end = min(dims.K, (group.z + 1u) * dims.chunk);
  let x = index % 16u;
  let y = index / 16u;
  var sum: array<vec4f, ROWS>;
  for (var k = group.z * dims.chunk; k < end; k += DEPTH) {
    loadLeftTransposed(index, row, k, end);
    loadRight(index, column, k, end);
    workgroupBarrier();
    addTile(&sum, x, y);
    workgroupBarrier();
  }
  for (var i = 0u; i < ROWS; i++) { // unroll
    let m = row + y * ROWS + i;
    for (var j = 0u; j < 4u; j++) { // unroll
      let n = column + x + 16u * j;
      if (m < dims.M && n < dims.N) {
        out[(group.z * dims.M + m) * dims.N + n] = sum[i][j];
      }
    }
  }
}
