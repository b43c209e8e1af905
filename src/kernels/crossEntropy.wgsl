// Weighted cross-entropy of the targets of each row, any number of them: loss = weight * (lse - logits[target]),
// lse = log Σ exp(logits).
// Forward: one thread walks one row and sums it in blocks, which bounds the rounding error of long rows.
// Backward: one thread a logit.
const BLOCK = 256u;

struct Dims {
  M: u32,
  V: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // (M, V)
@group(0) @binding(2) var<storage, read> starts: array<u32>; // (M + 1), the targets of row m are starts[m]..starts[m + 1]
@group(0) @binding(3) var<storage, read> targets: array<u32>; // (P)
@group(0) @binding(4) var<storage, read> weight: array<f32>; // (P)
@group(0) @binding(5) var<storage, read_write> loss: array<f32>; // (P)
@group(0) @binding(6) var<storage, read_write> lse: array<f32>; // (M)
@group(0) @binding(7) var<storage, read_write> dLogits: array<f32>; // (M, V) in: logits; out: their gradient

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let m = id.y * groups.x * 64u + id.x;
  if (m >= dims.M) {
    return;
  }
  let start = m * dims.V;
  var top = logits[start];
  for (var v = 1u; v < dims.V; v++) {
    top = max(top, logits[start + v]);
  }
  var sum = 0.0;
  for (var first = 0u; first < dims.V; first += BLOCK) {
    var part = 0.0;
    for (var v = first; v < min(first + BLOCK, dims.V); v++) {
      part += exp(logits[start + v] - top);
    }
    sum += part;
  }
  let logSum = log(sum);
  for (var p = starts[m]; p < starts[m + 1u]; p++) {
    loss[p] = weight[p] * (logSum - (logits[start + min(targets[p], dims.V - 1u)] - top));
  }
  lse[m] = top + logSum;
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= dims.M * dims.V) {
    return;
  }
  let m = i / dims.V;
  let probability = exp(dLogits[i] - lse[m]);
  var gradient = 0.0;
  for (var p = starts[m]; p < starts[m + 1u]; p++) {
    let hit = select(0.0, 1.0, i % dims.V == min(targets[p], dims.V - 1u));
    gradient += weight[p] * (probability - hit);
  }
  dLogits[i] = dims.scale * gradient;
}
