// Products through workgroup memory: 64 x 64 outputs a workgroup, 4 x 4 a thread, 16 of the inner dimension at a time.
// Strides choose the layout: element (m, k) of A lies at m * aRow + k * aInner, (k, n) of B at k * bInner + n * bColumn.

struct Dims {
  M: u32,
  N: u32,
  K: u32,
  chunk: u32, // rows of the inner dimension that one z slice sums
  aRow: u32,
  aInner: u32,
  bInner: u32,
  bColumn: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

var<workgroup> left: array<array<f32, 64>, 16>;
var<workgroup> right: array<array<f32, 64>, 16>;

@compute @workgroup_size(16, 16)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32) {
  let row = group.x * 64u;
  let column = group.y * 64u;
  let end = min(dims.K, (group.z + 1u) * dims.chunk);
  // Neighbouring threads load what lies side by side.
  let aAlong = dims.aInner == 1u;
  let bAlong = dims.bInner == 1u;
  var sum: array<vec4f, 4>;
  for (var k = group.z * dims.chunk; k < end; k += 16u) {
    for (var i = 0u; i < 4u; i++) {
      let at = index + 256u * i;
      let am = select(at & 63u, at >> 4u, aAlong);
      let ak = select(at >> 6u, at & 15u, aAlong);
      let aIn = row + am < dims.M && k + ak < end;
      left[ak][am] = select(0.0, a[min(row + am, dims.M - 1u) * dims.aRow + min(k + ak, end - 1u) * dims.aInner], aIn);
      let bn = select(at & 63u, at >> 4u, bAlong);
      let bk = select(at >> 6u, at & 15u, bAlong);
      let bIn = column + bn < dims.N && k + bk < end;
      right[bk][bn] = select(0.0, b[min(k + bk, end - 1u) * dims.bInner + min(column + bn, dims.N - 1u) * dims.bColumn], bIn);
    }
    workgroupBarrier();
    for (var s = 0u; s < 16u; s++) {
      let r = 4u * local.x;
      let t = vec4f(right[s][r], right[s][r + 1u], right[s][r + 2u], right[s][r + 3u]);
      for (var i = 0u; i < 4u; i++) {
        sum[i] = fma(vec4f(left[s][4u * local.y + i]), t, sum[i]);
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 4u; i++) {
    for (var j = 0u; j < 4u; j++) {
      let m = row + 4u * local.y + i;
      let n = column + 4u * local.x + j;
      if (m < dims.M && n < dims.N) {
        out[(group.z * dims.M + m) * dims.N + n] = sum[i][j];
      }
    }
  }
}
