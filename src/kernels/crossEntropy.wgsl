// Weighted cross-entropy of the targets of each row, any number of them: loss = weight * (lse - logits[target]),
// lse = log Σ exp(logits).
// Forward: one thread a row. Backward: one thread a logit. Assembled with parts/softmax.wgsl.

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
  let row = rowSums(start);
  let logSum = log(row.sum);
  for (var p = starts[m]; p < starts[m + 1u]; p++) {
    loss[p] = weight[p] * (logSum - (logits[start + min(targets[p], dims.V - 1u)] - row.top));
  }
  lse[m] = row.top + logSum;
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
