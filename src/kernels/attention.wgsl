// Causal attention over the rows of a prefix tree, where sequences that begin alike share rows. Row m has position
// rows[m].x and sees positions 0..rows[m].x of its path: position p lies in row paths[rows[m].y + p] of `keys` and
// `values`. In training the keys are the batch's own rows, in depth-first order; in decoding they are the cache: the
// same kernel serves both. Loads are what this costs: a thread takes a head of several rows of one path, which see the same keys
// but for the last few, and the LANES threads of a team, a subgroup, take rows of the same block and load for each other. No barriers.
// Assembled with parts/attentionRuns.wgsl and `broadcast` from a lane to its team, which attention.ts defines.
alias Part = vec4f; // of a head, that a lane loads at once: attention.ts makes it vec2f where that is a lane's share

struct Dims {
  M: u32,
  D: u32, // head dimension, a multiple of 4, at most 64
  B: u32, // parts of blocks, one a team
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> q: array<Part>; // (M, H, D)
@group(0) @binding(2) var<storage, read> keys: array<Part>; // (*, H, D)
@group(0) @binding(3) var<storage, read> values: array<Part>; // (*, H, D)
@group(0) @binding(4) var<storage, read> rows: array<vec4u>; // (M) position, start in paths, end of the queries that see it, first of them; (B) first row, rows, 0, 0
@group(0) @binding(5) var<storage, read> paths: array<u32>; // rows of keys and values, in order of position
@group(0) @binding(6) var<storage, read_write> stats: array<vec2f>; // (M, H) log-sum-exp, dOut . out
@group(0) @binding(7) var<storage, read_write> out: array<Part>; // (M, H, D)
@group(0) @binding(8) var<storage, read> dOut: array<Part>; // (M, H, D)
@group(0) @binding(9) var<storage, read_write> dQ: array<Part>; // (M, H, D)
@group(0) @binding(10) var<storage, read_write> dK: array<Part>; // (M, H, D)
@group(0) @binding(11) var<storage, read_write> dV: array<Part>; // (M, H, D)

// Constants that attention.ts sets: divisions by them cost little, and loops over them are written out.
override H: u32 = 1;
override PARTS: u32 = 4; // of a head
override LANES: u32 = 1; // threads of a team
override LOADS: u32 = 4; // PARTS / LANES, rounded up
override ROWS: u32 = 1; // that a thread takes
override GROUP: u32 = 1; // rows of a block in `rows` at most, a multiple of ROWS * LANES; at 1 there are no blocks

const MAX_PARTS = 16u; // ROWS * PARTS and LOADS at most
const UNSEEN = -1e30; // its weight is 0

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = thread(id, groups);
  if (i >= dims.B * H * LANES) {
    return;
  }
  let run = runOf(i / LANES);
  if (run.count == 0u) {
    return;
  }
  let lane = i % LANES;
  let own = ownOf(run, lane);
  let path = rows[run.first].y;
  let scale = inverseSqrt(f32(dims.D));
  var queries: array<Part, MAX_PARTS>;
  for (var i = 0u; i < own.count * PARTS; i++) {
    queries[i] = q[partAt(own, i)] * scale;
  }
  let query = queries;
  var sum: array<Part, MAX_PARTS>;
  // Online softmax: `best` is the running maximum, `total` and `sum` are relative to it.
  var best: array<f32, MAX_PARTS>;
  var total: array<f32, MAX_PARTS>;
  var position: array<u32, MAX_PARTS>;
  for (var j = 0u; j < ROWS; j++) { // unroll
    best[j] = UNSEEN;
    position[j] = rows[rowOf(own, j, run)].x;
  }
  let last = rows[run.first + run.count - 1u].x;
  for (var p = 0u; p <= last; p++) {
    let at = (paths[path + p] * H + run.head) * PARTS;
    var someKeys: array<Part, MAX_PARTS>;
    var someValues: array<Part, MAX_PARTS>;
    for (var i = 0u; i < LOADS; i++) { // unroll
      someKeys[i] = keys[shareOf(at, i, lane)];
      someValues[i] = values[shareOf(at, i, lane)];
    }
    var score = array<f32, MAX_PARTS>();
    for (var d = 0u; d < PARTS; d++) { // unroll
      let key = broadcast(someKeys[d / LANES], d % LANES);
      for (var j = 0u; j < ROWS; j++) { // unroll
        score[j] += dot(query[j * PARTS + d], key);
      }
    }
    var weight: array<f32, MAX_PARTS>;
    var shrink: array<f32, MAX_PARTS>;
    for (var j = 0u; j < ROWS; j++) { // unroll
      let seen = select(UNSEEN, score[j], p <= position[j]);
      let less = exp(-abs(seen - best[j]));
      weight[j] = select(less, 1.0, seen > best[j]);
      shrink[j] = select(1.0, less, seen > best[j]);
      total[j] = total[j] * shrink[j] + weight[j];
      best[j] = max(best[j], seen);
    }
    for (var d = 0u; d < PARTS; d++) { // unroll
      let value = broadcast(someValues[d / LANES], d % LANES);
      for (var j = 0u; j < ROWS; j++) { // unroll
        sum[j * PARTS + d] = sum[j * PARTS + d] * shrink[j] + weight[j] * value;
      }
    }
  }
  var finished: array<Part, MAX_PARTS>;
  var logTotal: array<f32, MAX_PARTS>;
  for (var j = 0u; j < ROWS; j++) { // unroll
    for (var d = 0u; d < PARTS; d++) { // unroll
      finished[j * PARTS + d] = sum[j * PARTS + d] / total[j];
    }
    logTotal[j] = best[j] + log(total[j]);
  }
  for (var i = 0u; i < own.count * PARTS; i++) {
    out[partAt(own, i)] = finished[i];
  }
  for (var j = 0u; j < own.count; j++) {
    stats[(own.first + j) * H + run.head] = vec2f(logTotal[j], 0.0);
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
  // A bound that compilers do not know, D / 4 for Part is vec4f here: written out, the loop takes three times as long to compile.
  for (var d = 0u; d < dims.D / 4u; d++) {
    sum += dot(dOut[i * PARTS + d], out[i * PARTS + d]);
  }
  stats[i].y = sum;
}

@compute @workgroup_size(64)
fn backwardQuery(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = thread(id, groups);
  if (i >= dims.B * H * LANES) {
    return;
  }
  let run = runOf(i / LANES);
  if (run.count == 0u) {
    return;
  }
  let lane = i % LANES;
  let own = ownOf(run, lane);
  let path = rows[run.first].y;
  let scale = inverseSqrt(f32(dims.D));
  var queries: array<Part, MAX_PARTS>;
  var dys: array<Part, MAX_PARTS>;
  for (var i = 0u; i < own.count * PARTS; i++) {
    queries[i] = q[partAt(own, i)] * scale;
    dys[i] = dOut[partAt(own, i)];
  }
  let query = queries;
  let dy = dys;
  var sum: array<Part, MAX_PARTS>;
  var stat: array<vec2f, MAX_PARTS>;
  var position: array<u32, MAX_PARTS>;
  for (var j = 0u; j < ROWS; j++) { // unroll
    let m = rowOf(own, j, run);
    stat[j] = stats[m * H + run.head];
    position[j] = rows[m].x;
  }
  let last = rows[run.first + run.count - 1u].x;
  for (var p = 0u; p <= last; p++) {
    let at = (paths[path + p] * H + run.head) * PARTS;
    var someKeys: array<Part, MAX_PARTS>;
    var someValues: array<Part, MAX_PARTS>;
    for (var i = 0u; i < LOADS; i++) { // unroll
      someKeys[i] = keys[shareOf(at, i, lane)];
      someValues[i] = values[shareOf(at, i, lane)];
    }
    var score = array<f32, MAX_PARTS>();
    var dWeight = array<f32, MAX_PARTS>();
    for (var d = 0u; d < PARTS; d++) { // unroll
      let key = broadcast(someKeys[d / LANES], d % LANES);
      let value = broadcast(someValues[d / LANES], d % LANES);
      for (var j = 0u; j < ROWS; j++) { // unroll
        score[j] += dot(query[j * PARTS + d], key);
        dWeight[j] += dot(dy[j * PARTS + d], value);
      }
    }
    for (var j = 0u; j < ROWS; j++) { // unroll
      let seen = select(UNSEEN, score[j], p <= position[j]);
      score[j] = exp(seen - stat[j].x) * (dWeight[j] - stat[j].y) * scale;
    }
    for (var d = 0u; d < PARTS; d++) { // unroll
      let key = broadcast(someKeys[d / LANES], d % LANES);
      for (var j = 0u; j < ROWS; j++) { // unroll
        sum[j * PARTS + d] += score[j] * key;
      }
    }
  }
  var finished = sum;
  for (var i = 0u; i < own.count * PARTS; i++) {
    dQ[partAt(own, i)] = finished[i];
  }
}

// dK and dV of a row: a sum over the queries that see it, those of its subtree, which are rows[m].w .. rows[m].z - 1.
// Training layout: keys are the batch's rows. The rows of a block end where its first one's subtree ends.
@compute @workgroup_size(64)
fn backwardKeyValue(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = thread(id, groups);
  if (i >= dims.B * H * LANES) {
    return;
  }
  let run = runOf(i / LANES);
  if (run.count == 0u) {
    return;
  }
  let lane = i % LANES;
  let own = ownOf(run, lane);
  let seen = rows[run.first].wz; // the queries from, to
  let scale = inverseSqrt(f32(dims.D));
  var ownKeys: array<Part, MAX_PARTS>;
  var ownValues: array<Part, MAX_PARTS>;
  for (var i = 0u; i < own.count * PARTS; i++) {
    ownKeys[i] = keys[partAt(own, i)] * scale;
    ownValues[i] = values[partAt(own, i)];
  }
  let key = ownKeys;
  let value = ownValues;
  var sumK: array<Part, MAX_PARTS>;
  var sumV: array<Part, MAX_PARTS>;
  var begin: array<u32, MAX_PARTS>;
  for (var j = 0u; j < ROWS; j++) { // unroll
    begin[j] = rows[rowOf(own, j, run)].w;
  }
  for (var m = seen.x; m < seen.y; m++) {
    let at = (m * H + run.head) * PARTS;
    let stat = stats[at / PARTS];
    var someQueries: array<Part, MAX_PARTS>;
    var someDys: array<Part, MAX_PARTS>;
    for (var i = 0u; i < LOADS; i++) { // unroll
      someQueries[i] = q[shareOf(at, i, lane)];
      someDys[i] = dOut[shareOf(at, i, lane)];
    }
    var score = array<f32, MAX_PARTS>();
    var dWeight = array<f32, MAX_PARTS>();
    for (var d = 0u; d < PARTS; d++) { // unroll
      let query = broadcast(someQueries[d / LANES], d % LANES);
      let dy = broadcast(someDys[d / LANES], d % LANES);
      for (var j = 0u; j < ROWS; j++) { // unroll
        score[j] += dot(key[j * PARTS + d], query);
        dWeight[j] += dot(value[j * PARTS + d], dy);
      }
    }
    var weight: array<f32, MAX_PARTS>;
    for (var j = 0u; j < ROWS; j++) { // unroll
      weight[j] = exp(select(UNSEEN, score[j], m >= begin[j]) - stat.x);
      score[j] = weight[j] * (dWeight[j] - stat.y) * scale;
    }
    for (var d = 0u; d < PARTS; d++) { // unroll
      let query = broadcast(someQueries[d / LANES], d % LANES);
      let dy = broadcast(someDys[d / LANES], d % LANES);
      for (var j = 0u; j < ROWS; j++) { // unroll
        sumK[j * PARTS + d] += score[j] * query;
        sumV[j * PARTS + d] += weight[j] * dy;
      }
    }
  }
  var finishedK = sumK;
  var finishedV = sumV;
  for (var i = 0u; i < own.count * PARTS; i++) {
    dK[partAt(own, i)] = finishedK[i];
    dV[partAt(own, i)] = finishedV[i];
  }
}
