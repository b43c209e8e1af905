// Products in registers: a thread owns ROWS x 4 outputs (tn: 4 ROWS x 4), a row of WIDTH threads shares its rows of A.
// The constants ROWS and WIDTH are put before this text.

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
fn nn(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
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
    for (var i = 0u; i < ROWS; i++) {
      let t = a[min(row + i, dims.M - 1u) * inner + k];
      sum[i] = fma(vec4f(t.w), b3, fma(vec4f(t.z), b2, fma(vec4f(t.y), b1, fma(vec4f(t.x), b0, sum[i]))));
    }
  }
  store(row, column, &sum);
}

@compute @workgroup_size(WIDTH)
fn nt(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
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
    for (var i = 0u; i < ROWS; i++) {
      let t = a[min(row + i, dims.M - 1u) * inner + k];
      sum[i] = fma(vec4f(t.w), tile[3], fma(vec4f(t.z), tile[2], fma(vec4f(t.y), tile[1], fma(vec4f(t.x), tile[0], sum[i]))));
    }
  }
  store(row, column, &sum);
}

@compute @workgroup_size(WIDTH)
fn tn(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let columns = dims.N / 4u;
  let rows = dims.M / 4u;
  let row = group.x * ROWS / 4u;
  let column = group.y * WIDTH + local.x;
  let safe = min(column, columns - 1u);
  var sum: array<vec4f, ROWS>;
  for (var k = group.z * dims.chunk; k < min(dims.K, (group.z + 1u) * dims.chunk); k++) {
    let right = b[k * columns + safe];
    for (var i = 0u; i < ROWS / 4u; i++) {
      let left = a[k * rows + min(row + i, rows - 1u)];
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
