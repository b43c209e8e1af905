// Matrix products for adapters with subgroups of at least eight lanes. Every lane needs the same values of a: eight of them load one
// each and tell the others, which takes that part of the loads of matmul.wgsl.
// One pipeline serves both layouts, with and without a residual: b goes value by value, as lavapipe loads vectors too, with strides.
// Assembled with `enable subgroups`, parts/subgroupProducts.wgsl and parts/products.wgsl.
@group(0) @binding(7) var<storage, read> singles: array<f32>; // b of product

const OUTPUTS = 32u; // of four columns, of a thread in tn: 4 * LANES

// Row k of b, or column of the transposed, in the four columns of a thread.
fn right(k: u32, column: u32) -> vec4f {
  let at = k * dims.down + 4u * column * dims.along;
  return vec4f(singles[at], singles[at + dims.along], singles[at + 2u * dims.along], singles[at + 3u * dims.along]);
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
