// Products of activations with weights (K, N), with what comes before and behind them: for the decoder, where dispatches cost more than
// pipelines. Whole vectors of b take 7 % less time than matmulSubgroups.wgsl's single values.
// Assembled with `enable subgroups`, parts/subgroupProducts.wgsl and parts/products.wgsl.
@group(0) @binding(7) var<storage, read> rows: array<vec4u>; // (M) position, ., ., row of keys and values
@group(0) @binding(8) var<storage, read> table: array<vec4f>; // (T, D/4) cos, sin, cos, sin; see rope.wgsl
@group(0) @binding(9) var<storage, read_write> q: array<vec4f>; // (M, C)
@group(0) @binding(10) var<storage, read_write> keys: array<vec4f>; // (*, C)
@group(0) @binding(11) var<storage, read_write> values: array<vec4f>; // (*, C)

// Row k of b in the four columns of a thread.
fn right(k: u32, column: u32) -> vec4f {
  return b[k * (dims.N / 4u) + column];
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
