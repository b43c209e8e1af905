// Causal attention over the rows of a prefix tree, where sequences that begin alike share rows. Row m has position
// rows[m].x and sees positions 0..rows[m].x of its path: position p lies in row paths[rows[m].y + p] of `keys` and
// `values`. In training the keys are the batch's own rows, in depth-first order; in decoding they are the cache: the
// same kernel serves both. One thread per (row, head), no barriers.
struct Dims {
  M: u32,
  H: u32,
  D: u32, // head dimension, a multiple of 4, at most 64
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> q: array<vec4f>; // (M, H, D)
@group(0) @binding(2) var<storage, read> keys: array<vec4f>; // (*, H, D)
@group(0) @binding(3) var<storage, read> values: array<vec4f>; // (*, H, D)
@group(0) @binding(4) var<storage, read> rows: array<vec4u>; // (M) position, start in paths, end of the subtree, 0
@group(0) @binding(5) var<storage, read> paths: array<u32>; // rows of keys and values, in order of position
@group(0) @binding(6) var<storage, read_write> stats: array<vec2f>; // (M, H) log-sum-exp, dOut . out
@group(0) @binding(7) var<storage, read_write> out: array<vec4f>; // (M, H, D)
@group(0) @binding(8) var<storage, read> dOut: array<vec4f>; // (M, H, D)
@group(0) @binding(9) var<storage, read_write> dQ: array<vec4f>; // (M, H, D)
@group(0) @binding(10) var<storage, read_write> dK: array<vec4f>; // (M, H, D)
@group(0) @binding(11) var<storage, read_write> dV: array<vec4f>; // (M, H, D)

override QUADS: u32 = 4; // D / 4

const MAX_QUADS = 16u;

fn thread(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = thread(id, groups);
  if (i >= dims.M * dims.H) {
    return;
  }
  let row = rows[i / dims.H];
  let head = i % dims.H;
  let scale = inverseSqrt(f32(dims.D));
  var query: array<vec4f, MAX_QUADS>;
  var sum: array<vec4f, MAX_QUADS>;
  for (var d = 0u; d < QUADS; d++) {
    query[d] = q[i * QUADS + d] * scale;
  }
  // Online softmax: `best` is the running maximum, `total` and `sum` are relative to it.
  var best = -1e30;
  var total = 0.0;
  for (var p = 0u; p <= row.x; p++) {
    let at = (paths[row.y + p] * dims.H + head) * QUADS;
    var score = 0.0;
    for (var d = 0u; d < QUADS; d++) {
      score += dot(query[d], keys[at + d]);
    }
    let top = max(best, score);
    let shrink = exp(best - top);
    let weight = exp(score - top);
    total = total * shrink + weight;
    for (var d = 0u; d < QUADS; d++) {
      sum[d] = sum[d] * shrink + weight * values[at + d];
    }
    best = top;
  }
  for (var d = 0u; d < QUADS; d++) {
    out[i * QUADS + d] = sum[d] / total;
  }
  stats[i] = vec2f(best + log(total), 0.0);
}

// dQ, and delta = dOut . out, which dK and dV need.
@compute @workgroup_size(64)
fn backwardQuery(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = thread(id, groups);
  if (i >= dims.M * dims.H) {
    return;
  }
  let row = rows[i / dims.H];
  let head = i % dims.H;
  let scale = inverseSqrt(f32(dims.D));
  var query: array<vec4f, MAX_QUADS>;
  var dy: array<vec4f, MAX_QUADS>;
  // With w(p) the weights: dQ = Σ w(p) (dOut·v(p) - dOut·out) k(p), where dOut·out = Σ w(p) dOut·v(p), in one pass.
  var pulled: array<vec4f, MAX_QUADS>; // Σ w(p) dOut·v(p) k(p)
  var mean: array<vec4f, MAX_QUADS>; // Σ w(p) k(p)
  let lse = stats[i].x;
  var weighted = 0.0;
  for (var d = 0u; d < QUADS; d++) {
    query[d] = q[i * QUADS + d] * scale;
    dy[d] = dOut[i * QUADS + d];
  }
  for (var p = 0u; p <= row.x; p++) {
    let at = (paths[row.y + p] * dims.H + head) * QUADS;
    var score = 0.0;
    var dWeight = 0.0;
    for (var d = 0u; d < QUADS; d++) {
      score += dot(query[d], keys[at + d]);
      dWeight += dot(dy[d], values[at + d]);
    }
    let weight = exp(score - lse);
    let pull = weight * dWeight;
    weighted += pull;
    for (var d = 0u; d < QUADS; d++) {
      pulled[d] += pull * keys[at + d];
      mean[d] += weight * keys[at + d];
    }
  }
  for (var d = 0u; d < QUADS; d++) {
    dQ[i * QUADS + d] = scale * (pulled[d] - weighted * mean[d]);
  }
  stats[i].y = weighted;
}

// dK and dV of a row: a sum over the rows that see it, which are its subtree. Training layout: keys are the batch's
// rows.
@compute @workgroup_size(64)
fn backwardKeyValue(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = thread(id, groups);
  if (i >= dims.M * dims.H) {
    return;
  }
  let row = i / dims.H;
  let head = i % dims.H;
  let end = rows[row].z;
  let scale = inverseSqrt(f32(dims.D));
  var key: array<vec4f, MAX_QUADS>;
  var value: array<vec4f, MAX_QUADS>;
  var sumK: array<vec4f, MAX_QUADS>;
  var sumV: array<vec4f, MAX_QUADS>;
  for (var d = 0u; d < QUADS; d++) {
    key[d] = keys[i * QUADS + d] * scale;
    value[d] = values[i * QUADS + d];
  }
  for (var m = row; m < end; m++) {
    let j = m * dims.H + head;
    var score = 0.0;
    var dWeight = 0.0;
    for (var d = 0u; d < QUADS; d++) {
      score += dot(key[d], q[j * QUADS + d]);
      dWeight += dot(value[d], dOut[j * QUADS + d]);
    }
    let weight = exp(score - stats[j].x);
    let dScore = weight * (dWeight - stats[j].y) * scale;
    for (var d = 0u; d < QUADS; d++) {
      sumK[d] += dScore * q[j * QUADS + d];
      sumV[d] += weight * dOut[j * QUADS + d];
    }
  }
  for (var d = 0u; d < QUADS; d++) {
    dK[i * QUADS + d] = sumK[d];
    dV[i * QUADS + d] = sumV[d];
  }
}
