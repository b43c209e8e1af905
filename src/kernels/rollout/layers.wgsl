// The decoder's layers for a few rows of one sequence, by one workgroup. Activations stay in workgroup memory, in
// quads (vec4f): X, the residual stream (tile, C); Y, what a product takes (tile, C or F); Z, what it gives, in slices
// of the summed dimension that whoever reads them adds up. Every function ends at a barrier.
override SIZE: u32 = 64; // invocations of a workgroup
override QUADS: u32 = 4; // D / 4

const MAX_QUADS = 16u;
const MEMORY = 1008u; // quads: 16 KiB, less a little for the variables below
const LANES = 16u; // threads that share the positions of one head

var<workgroup> memory: array<vec4f, MEMORY>;
var<private> lane: u32;

// Where the keys and values of a sequence lie.
struct Rows {
  prompt: u32,
  count: u32,
  own: u32,
}

// Quad of `cache` where the keys (part 0) or values (part 1) of a position start.
fn cacheAt(rows: Rows, position: u32, layer: u32, part: u32) -> u32 {
  let row = select(rows.own + position - rows.count, rows.prompt + position, position < rows.count);
  return ((row * dims.L + layer) * 2u + part) * (dims.C / 4u);
}

fn yAt() -> u32 {
  return dims.tile * (dims.C / 4u);
}

fn zAt() -> u32 {
  return dims.tile * (dims.C + max(dims.C, dims.F)) / 4u;
}

// X = scale * embedding of n tokens: those from `index` on of (last, the list's tokens).
fn embed(n: u32, last: u32, list: u32, index: u32) {
  let width = dims.C / 4u;
  for (var i = lane; i < n * width; i += SIZE) {
    let at = index + i / width;
    var token = last;
    if (at > 0u) {
      token = tables[list + at];
    }
    memory[i] = dims.scale * weights[places[0] + token * width + i % width];
  }
  workgroupBarrier();
}

// Y = RMSNorm of n rows of X from `row` on. Each thread sums the squares of its row for itself: cheaper than a barrier.
fn normalize(row: u32, n: u32, weight: u32) {
  let width = dims.C / 4u;
  for (var i = lane; i < n * width; i += SIZE) {
    let start = (row + i / width) * width;
    var squares = 0.0;
    for (var c = 0u; c < width; c++) {
      squares += dot(memory[start + c], memory[start + c]);
    }
    let r = 1.0 / sqrt(squares / f32(dims.C) + dims.eps);
    memory[yAt() + i] = memory[start + i % width] * r * weights[weight + i % width];
  }
  workgroupBarrier();
}

// Slices of the inner dimension, so that few outputs keep all threads busy. Sizes are in quads here and below.
fn slices(n: u32, inner: u32, columns: u32) -> u32 {
  let room = min(SIZE, MEMORY - zAt());
  var count = 1u;
  while (2u * count <= inner && 2u * count * n * columns <= room) {
    count *= 2u;
  }
  return count;
}

// Z (n, slices, columns) = Y (n, inner) times the matrix (inner, columns) at `matrix`.
fn product(n: u32, matrix: u32, inner: u32, columns: u32) {
  let count = slices(n, inner, columns);
  for (var i = lane; i < n * count * columns; i += SIZE) {
    let slice = i / columns % count;
    let y = yAt() + i / (columns * count) * inner;
    var sum = vec4f();
    for (var k = slice * inner / count; k < (slice + 1u) * inner / count; k++) {
      let a = memory[y + k];
      let b = matrix + 4u * k * columns + i % columns;
      sum += a.x * weights[b] + a.y * weights[b + columns] + a.z * weights[b + 2u * columns]
        + a.w * weights[b + 3u * columns];
    }
    memory[zAt() + i] = sum;
  }
  workgroupBarrier();
}

// The sum of an output's slices.
fn total(row: u32, column: u32, count: u32, columns: u32) -> vec4f {
  var sum = vec4f();
  for (var s = 0u; s < count; s++) {
    sum += memory[zAt() + (row * count + s) * columns + column];
  }
  return sum;
}

// X += Z.
fn addToResidual(n: u32, inner: u32) {
  let width = dims.C / 4u;
  let count = slices(n, inner, width);
  for (var i = lane; i < n * width; i += SIZE) {
    memory[i] += total(i / width, i % width, count, width);
  }
  workgroupBarrier();
}

// From Z = qkv: Y = q, turned by its position (RoPE, half-split pairs) and scaled; turned k and v go to the cache.
fn turn(rows: Rows, layer: u32, first: u32, n: u32) {
  let width = dims.C / 4u;
  let columns = 3u * width;
  let count = slices(n, width, columns);
  let half = QUADS / 2u;
  let scale = inverseSqrt(f32(4u * QUADS));
  for (var i = lane; i < n * width / 2u; i += SIZE) {
    let row = i / (width / 2u);
    let d = i % half;
    let column = i % (width / 2u) / half * QUADS + d;
    let position = first + row;
    let angle = min(position, dims.T - 1u) * QUADS + 2u * d;
    let c = vec4f(angles[angle].xz, angles[angle + 1u].xz);
    let s = vec4f(angles[angle].yw, angles[angle + 1u].yw);
    let q = array(total(row, column, count, columns), total(row, column + half, count, columns));
    let k = array(
      total(row, width + column, count, columns),
      total(row, width + column + half, count, columns),
    );
    let y = yAt() + row * width + column;
    memory[y] = scale * (q[0] * c - q[1] * s);
    memory[y + half] = scale * (q[0] * s + q[1] * c);
    let keys = cacheAt(rows, position, layer, 0u) + column;
    cache[keys] = k[0] * c - k[1] * s;
    cache[keys + half] = k[0] * s + k[1] * c;
    let values = cacheAt(rows, position, layer, 1u) + column;
    cache[values] = total(row, 2u * width + column, count, columns);
    cache[values + half] = total(row, 2u * width + column + half, count, columns);
  }
  storageBarrier();
  workgroupBarrier();
}

// Y = causal attention of the n queries in Y. Up to LANES threads share the positions of a query's head, each with its
// own online softmax in Z: QUADS sums, then the running maximum and the total weight.
fn attend(rows: Rows, layer: u32, first: u32, n: u32) {
  let width = dims.C / 4u;
  let heads = n * dims.H;
  let stride = QUADS + 1u;
  let lanes = max(1u, min(LANES, min(SIZE, (MEMORY - zAt()) / stride) / heads));
  for (var i = lane; i < heads * lanes; i += SIZE) {
    let row = i / lanes / dims.H;
    let head = i / lanes % dims.H * QUADS;
    var query: array<vec4f, MAX_QUADS>;
    var sum: array<vec4f, MAX_QUADS>;
    for (var d = 0u; d < QUADS; d++) {
      query[d] = memory[yAt() + row * width + head + d];
    }
    var best = -1e30;
    var weight = 0.0;
    for (var p = i % lanes; p <= first + row; p += lanes) {
      let keys = cacheAt(rows, p, layer, 0u) + head;
      var score = 0.0;
      for (var d = 0u; d < QUADS; d++) {
        score += dot(query[d], cache[keys + d]);
      }
      let top = max(best, score);
      let shrink = exp(best - top);
      let e = exp(score - top);
      weight = weight * shrink + e;
      for (var d = 0u; d < QUADS; d++) {
        sum[d] = sum[d] * shrink + e * cache[keys + width + d];
      }
      best = top;
    }
    for (var d = 0u; d < QUADS; d++) {
      memory[zAt() + i * stride + d] = sum[d];
    }
    memory[zAt() + i * stride + QUADS] = vec4f(best, weight, 0.0, 0.0);
  }
  workgroupBarrier();
  for (var i = lane; i < n * width; i += SIZE) {
    let start = zAt() + i / QUADS * lanes * stride;
    var top = -1e30;
    for (var l = 0u; l < lanes; l++) {
      top = max(top, memory[start + l * stride + QUADS].x);
    }
    var weight = 0.0;
    var sum = vec4f();
    for (var l = 0u; l < lanes; l++) {
      let part = memory[start + l * stride + QUADS];
      let e = exp(part.x - top);
      weight += e * part.y;
      sum += e * memory[start + l * stride + i % QUADS];
    }
    memory[yAt() + i] = sum / weight;
  }
  workgroupBarrier();
}

// Y = silu(gate) * up, from Z = (gate, up).
fn gate(n: u32) {
  let hidden = dims.F / 4u;
  let count = slices(n, dims.C / 4u, 2u * hidden);
  for (var i = lane; i < n * hidden; i += SIZE) {
    let x = total(i / hidden, i % hidden, count, 2u * hidden);
    let up = total(i / hidden, hidden + i % hidden, count, 2u * hidden);
    memory[yAt() + i] = x / (1.0 + exp(-clamp(x, vec4f(-80.0), vec4f(80.0)))) * up;
  }
  workgroupBarrier();
}

// Runs the n rows of X, at positions from `first` on, through all layers. Attention and SwiGLU are halves of one loop,
// for compilers copy what they call.
fn forward(rows: Rows, first: u32, n: u32) {
  let width = dims.C / 4u;
  let hidden = dims.F / 4u;
  for (var half = 0u; half < 2u * dims.L; half++) {
    let layer = half / 2u;
    let isAttention = half % 2u == 0u;
    let w = 2u + 3u * half;
    normalize(0u, n, places[w]);
    product(n, places[w + 1u], width, select(2u * hidden, 3u * width, isAttention));
    if (isAttention) {
      turn(rows, layer, first, n);
      attend(rows, layer, first, n);
    } else {
      gate(n);
    }
    let inner = select(hidden, width, isAttention);
    product(n, places[w + 2u], inner, width);
    addToResidual(n, inner);
  }
}
