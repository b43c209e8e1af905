// Products in registers as in direct.wgsl, but eight lanes load eight values of A at once and shuffle them.
// `enable subgroups` and the constants ROWS and WIDTH, multiples of 8, are put before this text.

struct Dims {
  M: u32,
  N: u32,
  K: u32,
  chunk: u32, // rows of the inner dimension that one z slice sums
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;

fn store(row: u32, column: u32, sum: ptr<function, array<vec4f, ROWS>>) {
  let columns = dims.N / 4u;
  if (column < columns) {
    for (var i = 0u; i < ROWS; i++) {
      if (row + i < dims.M) {
        out[(row + i) * columns + column] = (*sum)[i];
      }
    }
  }
}

@compute @workgroup_size(WIDTH)
fn nn(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let columns = dims.N / 4u;
  let inner = dims.K / 4u;
  let row = group.x * ROWS;
  let column = group.y * WIDTH + local.x;
  let safe = min(column, columns - 1u);
  var sum: array<vec4f, ROWS>;
  for (var k = 0u; k < inner; k++) {
    let b0 = b[4u * k * columns + safe];
    let b1 = b[(4u * k + 1u) * columns + safe];
    let b2 = b[(4u * k + 2u) * columns + safe];
    let b3 = b[(4u * k + 3u) * columns + safe];
    var loaded: array<vec4f, ROWS / 8u>;
    for (var i = 0u; i < ROWS / 8u; i++) {
      loaded[i] = a[min(row + 8u * i + (lane & 7u), dims.M - 1u) * inner + k];
    }
    for (var i = 0u; i < ROWS; i++) {
      let t = subgroupShuffle(loaded[i / 8u], i & 7u);
      sum[i] = fma(vec4f(t.w), b3, fma(vec4f(t.z), b2, fma(vec4f(t.y), b1, fma(vec4f(t.x), b0, sum[i]))));
    }
  }
  store(row, column, &sum);
}

@compute @workgroup_size(WIDTH)
fn nt(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let columns = dims.N / 4u;
  let inner = dims.K / 4u;
  let row = group.x * ROWS;
  let column = group.y * WIDTH + local.x;
  let safe = 4u * min(column, columns - 1u);
  var sum: array<vec4f, ROWS>;
  for (var k = 0u; k < inner; k++) {
    let tile = transpose(
      mat4x4f(b[safe * inner + k], b[(safe + 1u) * inner + k], b[(safe + 2u) * inner + k], b[(safe + 3u) * inner + k])
    );
    var loaded: array<vec4f, ROWS / 8u>;
    for (var i = 0u; i < ROWS / 8u; i++) {
      loaded[i] = a[min(row + 8u * i + (lane & 7u), dims.M - 1u) * inner + k];
    }
    for (var i = 0u; i < ROWS; i++) {
      let t = subgroupShuffle(loaded[i / 8u], i & 7u);
      sum[i] = fma(vec4f(t.w), tile[3], fma(vec4f(t.z), tile[2], fma(vec4f(t.y), tile[1], fma(vec4f(t.x), tile[0], sum[i]))));
    }
  }
  store(row, column, &sum);
}

@compute @workgroup_size(WIDTH)
fn tn(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let columns = dims.N / 4u;
  let rows = dims.M / 4u;
  let row = group.x * ROWS / 4u;
  let column = group.y * WIDTH + local.x;
  let safe = min(column, columns - 1u);
  var sum: array<vec4f, ROWS>;
  for (var k = group.z * dims.chunk; k < min(dims.K, (group.z + 1u) * dims.chunk); k++) {
    let right = b[k * columns + safe];
    let loaded = a[k * rows + min(row + (lane & 7u), rows - 1u)];
    for (var i = 0u; i < ROWS / 4u; i++) {
      let left = subgroupShuffle(loaded, i);
      sum[4u * i] = fma(vec4f(left.x), right, sum[4u * i]);
      sum[4u * i + 1u] = fma(vec4f(left.y), right, sum[4u * i + 1u]);
      sum[4u * i + 2u] = fma(vec4f(left.z), right, sum[4u * i + 2u]);
      sum[4u * i + 3u] = fma(vec4f(left.w), right, sum[4u * i + 3u]);
    }
  }
  if (column < columns) {
    for (var i = 0u; i < ROWS; i++) {
      if (4u * row + i < dims.M) {
        out[(group.z * dims.M + 4u * row + i) * columns + column] = sum[i];
      }
    }
  }
}
