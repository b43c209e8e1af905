// Causal attention over the rows of a prefix tree, where sequences that begin alike share rows. Row m has position
// rows[m].x and sees positions 0..rows[m].x of its path: position p lies in row paths[rows[m].y + p] of `keys` and
// `values`. In training the keys are the batch's own rows, in depth-first order; in decoding they are the cache: the
// same kernel serves both. A thread takes a head of a block of rows that follow one another in a sequence, for they
// see the same keys but for the last few, and loads are what this costs. No barriers.
struct Dims {
  M: u32,
  D: u32, // head dimension, a multiple of 4, at most 64
  B: u32, // parts of blocks
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> q: array<vec4f>; // (M, H, D)
@group(0) @binding(2) var<storage, read> keys: array<vec4f>; // (*, H, D)
@group(0) @binding(3) var<storage, read> values: array<vec4f>; // (*, H, D)
@group(0) @binding(4) var<storage, read> rows: array<vec4u>; // (M) position, start in paths, end of the queries that see it, first of them; (B) first row, rows, 0, 0
@group(0) @binding(5) var<storage, read> paths: array<u32>; // rows of keys and values, in order of position
@group(0) @binding(6) var<storage, read_write> stats: array<vec2f>; // (M, H) log-sum-exp, dOut . out
@group(0) @binding(7) var<storage, read_write> out: array<vec4f>; // (M, H, D)
@group(0) @binding(8) var<storage, read> dOut: array<vec4f>; // (M, H, D)
@group(0) @binding(9) var<storage, read_write> dQ: array<vec4f>; // (M, H, D)
@group(0) @binding(10) var<storage, read_write> dK: array<vec4f>; // (M, H, D)
@group(0) @binding(11) var<storage, read_write> dV: array<vec4f>; // (M, H, D)

// Constants that attention.ts sets: divisions by them cost little, and loops over them are written out.
override H: u32 = 1;
override QUADS: u32 = 4; // D / 4
override ROWS: u32 = 1; // that a thread takes
override GROUP: u32 = 1; // rows of a block in `rows` at most, a multiple of ROWS; at 1 there are no blocks

const MAX_QUADS = 16u; // ROWS * QUADS at most
const UNSEEN = -1e30; // its weight is 0

struct Run {
  first: u32,
  count: u32,
  head: u32,
}

fn thread(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

// What thread i takes: the next ROWS rows of a block, of which none may be left.
fn runOf(i: u32) -> Run {
  let head = i % H;
  let b = i / H;
  if (GROUP == 1u) {
    return Run(b, 1u, head);
  }
  let parts = GROUP / ROWS;
  let run = rows[dims.M + b / parts];
  let start = b % parts * ROWS;
  let left = max(run.y, start) - start;
  return Run(run.x + start, min(left, ROWS), head);
}

// Place in (M, H, D) of quad i of a run. What a run loads and stores takes a loop that no compiler writes out, into or from an
// array of its own: written out it is most of the code and of the time to compile it, and the sums stay in registers.
fn quadAt(run: Run, i: u32) -> u32 {
  return ((run.first + i / QUADS) * H + run.head) * QUADS + i % QUADS;
}

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = thread(id, groups);
  if (i >= dims.B * H) {
    return;
  }
  let run = runOf(i);
  if (run.count == 0u) {
    return;
  }
  let row = rows[run.first];
  let scale = inverseSqrt(f32(dims.D));
  var queries: array<vec4f, MAX_QUADS>;
  for (var i = 0u; i < run.count * QUADS; i++) {
    queries[i] = q[quadAt(run, i)] * scale;
  }
  let query = queries;
  var sum: array<vec4f, MAX_QUADS>;
  // Online softmax: `best` is the running maximum, `total` and `sum` are relative to it.
  var best: array<f32, MAX_QUADS>;
  var total: array<f32, MAX_QUADS>;
  for (var j = 0u; j < ROWS; j++) { // unroll
    best[j] = UNSEEN;
  }
  for (var p = 0u; p < row.x + run.count; p++) {
    let at = (paths[row.y + p] * H + run.head) * QUADS;
    var score = array<f32, MAX_QUADS>();
    for (var d = 0u; d < QUADS; d++) { // unroll
      let key = keys[at + d];
      for (var j = 0u; j < ROWS; j++) { // unroll
        score[j] += dot(query[j * QUADS + d], key);
      }
    }
    var weight: array<f32, MAX_QUADS>;
    var shrink: array<f32, MAX_QUADS>;
    for (var j = 0u; j < ROWS; j++) { // unroll
      let seen = select(UNSEEN, score[j], p <= row.x + j);
      let less = exp(-abs(seen - best[j]));
      weight[j] = select(less, 1.0, seen > best[j]);
      shrink[j] = select(1.0, less, seen > best[j]);
      total[j] = total[j] * shrink[j] + weight[j];
      best[j] = max(best[j], seen);
    }
    for (var d = 0u; d < QUADS; d++) { // unroll
      let value = values[at + d];
      for (var j = 0u; j < ROWS; j++) { // unroll
        sum[j * QUADS + d] = sum[j * QUADS + d] * shrink[j] + weight[j] * value;
      }
    }
  }
  var finished: array<vec4f, MAX_QUADS>;
  var logTotal: array<f32, MAX_QUADS>;
  for (var j = 0u; j < ROWS; j++) { // unroll
    for (var d = 0u; d < QUADS; d++) { // unroll
      finished[j * QUADS + d] = sum[j * QUADS + d] / total[j];
    }
    logTotal[j] = best[j] + log(total[j]);
  }
  for (var i = 0u; i < run.count * QUADS; i++) {
    out[quadAt(run, i)] = finished[i];
  }
  for (var j = 0u; j < run.count; j++) {
    stats[(run.first + j) * H + run.head] = vec2f(logTotal[j], 0.0);
  }
}

// delta = dOut . out, which the gradients below need.
@compute @workgroup_size(64)
fn delta(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = thread(id, groups);
  if (i >= dims.M * H) {
    return;
  }
  var sum = 0.0;
  for (var d = 0u; d < QUADS; d++) { // unroll
    sum += dot(dOut[i * QUADS + d], out[i * QUADS + d]);
  }
  stats[i].y = sum;
}

@compute @workgroup_size(64)
fn backwardQuery(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = thread(id, groups);
  if (i >= dims.B * H) {
    return;
  }
  let run = runOf(i);
  if (run.count == 0u) {
    return;
  }
  let row = rows[run.first];
  let scale = inverseSqrt(f32(dims.D));
  var queries: array<vec4f, MAX_QUADS>;
  var dys: array<vec4f, MAX_QUADS>;
  for (var i = 0u; i < run.count * QUADS; i++) {
    queries[i] = q[quadAt(run, i)] * scale;
    dys[i] = dOut[quadAt(run, i)];
  }
  let query = queries;
  let dy = dys;
  var sum: array<vec4f, MAX_QUADS>;
  var stat: array<vec2f, MAX_QUADS>;
  for (var j = 0u; j < ROWS; j++) { // unroll
    stat[j] = stats[(run.first + min(j, run.count - 1u)) * H + run.head];
  }
  for (var p = 0u; p < row.x + run.count; p++) {
    let at = (paths[row.y + p] * H + run.head) * QUADS;
    var score = array<f32, MAX_QUADS>();
    var dWeight = array<f32, MAX_QUADS>();
    for (var d = 0u; d < QUADS; d++) { // unroll
      let key = keys[at + d];
      let value = values[at + d];
      for (var j = 0u; j < ROWS; j++) { // unroll
        score[j] += dot(query[j * QUADS + d], key);
        dWeight[j] += dot(dy[j * QUADS + d], value);
      }
    }
    for (var j = 0u; j < ROWS; j++) { // unroll
      let seen = select(UNSEEN, score[j], p <= row.x + j);
      score[j] = exp(seen - stat[j].x) * (dWeight[j] - stat[j].y) * scale;
    }
    for (var d = 0u; d < QUADS; d++) { // unroll
      let key = keys[at + d];
      for (var j = 0u; j < ROWS; j++) { // unroll
        sum[j * QUADS + d] += score[j] * key;
      }
    }
  }
  var finished = sum;
  for (var i = 0u; i < run.count * QUADS; i++) {
    dQ[quadAt(run, i)] = finished[i];
  }
}

// dK and dV of a row: a sum over the queries that see it, those of its subtree, which are rows[m].w .. rows[m].z - 1.
// Training layout: keys are the batch's rows. The rows of a block end where its first one's subtree ends.
@compute @workgroup_size(64)
fn backwardKeyValue(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = thread(id, groups);
  if (i >= dims.B * H) {
    return;
  }
  let run = runOf(i);
  if (run.count == 0u) {
    return;
  }
  let seen = rows[run.first].wz; // the queries from, to
  let scale = inverseSqrt(f32(dims.D));
  var ownKeys: array<vec4f, MAX_QUADS>;
  var ownValues: array<vec4f, MAX_QUADS>;
  for (var i = 0u; i < run.count * QUADS; i++) {
    ownKeys[i] = keys[quadAt(run, i)] * scale;
    ownValues[i] = values[quadAt(run, i)];
  }
  let key = ownKeys;
  let value = ownValues;
  var sumK: array<vec4f, MAX_QUADS>;
  var sumV: array<vec4f, MAX_QUADS>;
  var begin: array<u32, MAX_QUADS>;
  for (var j = 0u; j < ROWS; j++) { // unroll
    begin[j] = rows[run.first + min(j, run.count - 1u)].w;
  }
  for (var m = seen.x; m < seen.y; m++) {
    let at = (m * H + run.head) * QUADS;
    let stat = stats[at / QUADS];
    var score = array<f32, MAX_QUADS>();
    var dWeight = array<f32, MAX_QUADS>();
    for (var d = 0u; d < QUADS; d++) { // unroll
      let query = q[at + d];
      let dy = dOut[at + d];
      for (var j = 0u; j < ROWS; j++) { // unroll
        score[j] += dot(key[j * QUADS + d], query);
        dWeight[j] += dot(value[j * QUADS + d], dy);
      }
    }
    var weight: array<f32, MAX_QUADS>;
    for (var j = 0u; j < ROWS; j++) { // unroll
      weight[j] = exp(select(UNSEEN, score[j], m >= begin[j]) - stat.x);
      score[j] = weight[j] * (dWeight[j] - stat.y) * scale;
    }
    for (var d = 0u; d < QUADS; d++) { // unroll
      let query = q[at + d];
      let dy = dOut[at + d];
      for (var j = 0u; j < ROWS; j++) { // unroll
        sumK[j * QUADS + d] += score[j] * query;
        sumV[j * QUADS + d] += weight[j] * dy;
      }
    }
  }
  var finishedK = sumK;
  var finishedV = sumV;
  for (var i = 0u; i < run.count * QUADS; i++) {
    dK[quadAt(run, i)] = finishedK[i];
    dV[quadAt(run, i)] = finishedV[i];
  }
}
