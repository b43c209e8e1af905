// Splits qkv: (M, 3C) into q, k, v and rotates q and k by the row's position (RoPE, half-split pairs
// (i, i + D/2) of each head). q goes to row m, k and v to row rows[m].w of the cache. One thread, one pair.
struct Dims {
  M: u32,
  T: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> qkv: array<f32>; // (M, 3C)
@group(0) @binding(2) var<storage, read> rows: array<vec4u>; // (M) position, .., .., row of keys and values
@group(0) @binding(3) var<storage, read> table: array<vec2f>; // (T, D/2), cos and sin
@group(0) @binding(4) var<storage, read_write> q: array<f32>; // (M, C)
@group(0) @binding(5) var<storage, read_write> keys: array<f32>; // (*, C)
@group(0) @binding(6) var<storage, read_write> values: array<f32>; // (*, C)
@group(0) @binding(7) var<storage, read> dQ: array<f32>; // (M, C)
@group(0) @binding(8) var<storage, read> dK: array<f32>; // (M, C)
@group(0) @binding(9) var<storage, read> dV: array<f32>; // (M, C)
@group(0) @binding(10) var<storage, read_write> dQkv: array<f32>; // (M, 3C)

// Constants of the pipeline: so divisions by them cost little.
override C: u32 = 4;
override D: u32 = 2; // C / H, width of a head

// (first, second) turned by the angle of (cos, sin).
fn rotate(pair: vec2f, angle: vec2f) -> vec2f {
  return vec2f(pair.x * angle.x - pair.y * angle.y, pair.x * angle.y + pair.y * angle.x);
}

// The pair `index` of a row: its column in q, k or v (the partner is D/2 further), and its angle.
fn column(index: u32) -> u32 {
  let half = D / 2u;
  return (index / half) * D + index % half;
}

fn angleOf(m: u32, index: u32) -> vec2f {
  let half = D / 2u;
  return table[min(rows[m].x, dims.T - 1u) * half + index % half];
}

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let pairs = C / 2u;
  if (i >= dims.M * pairs) {
    return;
  }
  let m = i / pairs;
  let index = i % pairs;
  let half = D / 2u;
  let angle = angleOf(m, index);
  let first = column(index);
  let source = m * 3u * C + first;
  let turnedQ = rotate(vec2f(qkv[source], qkv[source + half]), angle);
  let turnedK = rotate(vec2f(qkv[source + C], qkv[source + C + half]), angle);
  let row = m * C + first;
  q[row] = turnedQ.x;
  q[row + half] = turnedQ.y;
  let cache = rows[m].w * C + first;
  keys[cache] = turnedK.x;
  keys[cache + half] = turnedK.y;
  values[cache] = qkv[source + 2u * C];
  values[cache + half] = qkv[source + 2u * C + half];
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let pairs = C / 2u;
  if (i >= dims.M * pairs) {
    return;
  }
  let m = i / pairs;
  let index = i % pairs;
  let half = D / 2u;
  let angle = angleOf(m, index) * vec2f(1.0, -1.0);
  let first = column(index);
  let row = m * C + first;
  let turnedQ = rotate(vec2f(dQ[row], dQ[row + half]), angle);
  let turnedK = rotate(vec2f(dK[row], dK[row + half]), angle);
  let out = m * 3u * C + first;
  dQkv[out] = turnedQ.x;
  dQkv[out + half] = turnedQ.y;
  dQkv[out + C] = turnedK.x;
  dQkv[out + C + half] = turnedK.y;
  dQkv[out + 2u * C] = dV[row];
  dQkv[out + 2u * C + half] = dV[row + half];
}
