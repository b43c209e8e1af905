// Products in which eight lanes of a subgroup load rows of a for each other, each of them with four columns: what matmulSubgroups.wgsl and
// matmulFused.wgsl have in common, which say how b is loaded, `right`. A round takes one value of a row of a, and one row of b:
// the least code, which is quick to compile where loads are written out lane by lane (lavapipe), and leaves room for more sums in registers.
alias Slice = f32;
@group(0) @binding(6) var<storage, read> gain: array<f32>; // (K), of the RMSNorm

const LANES = 8u; // that load for each other
const LOADS = 4u; // of a lane, in a round of `product`
const ROWS = 32u; // outputs of a thread in `product`: ROWS x 4, of LOADS * LANES rows

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
