// Log-softmax of each row with a gather at its targets, any number of them, and the row's entropy in nats.
// Forward: one thread a row. Backward: one thread a logit. Assembled with parts/softmax.wgsl.

struct Dims {
  M: u32,
  V: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // (M, V)
@group(0) @binding(2) var<storage, read> starts: array<u32>; // (M + 1), the targets of row m are starts[m]..starts[m + 1]
@group(0) @binding(3) var<storage, read> targets: array<u32>; // (P)
@group(0) @binding(4) var<storage, read_write> logProb: array<f32>; // (P)
@group(0) @binding(5) var<storage, read_write> entropy: array<f32>; // (M)
@group(0) @binding(6) var<storage, read_write> lse: array<f32>; // (M), log Σ exp(logits)
@group(0) @binding(7) var<storage, read> dLogProb: array<f32>; // (P)
@group(0) @binding(8) var<storage, read> dEntropy: array<f32>; // (M)
@group(0) @binding(9) var<storage, read_write> dLogits: array<f32>; // (M, V) in: logits; out: their gradient

// With z = logit - max: entropy = log Σ e^z - Σ z e^z / Σ e^z.
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
    logProb[p] = logits[start + min(targets[p], dims.V - 1u)] - row.top - logSum;
  }
  entropy[m] = logSum - row.weighted / row.sum;
  lse[m] = row.top + logSum;
}

// Σ dLogProb (onehot - p) over the row's targets - dEntropy p (log p + entropy).
@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= dims.M * dims.V) {
    return;
  }
  let m = i / dims.V;
  let logP = dLogits[i] - lse[m];
  let p = exp(logP);
  var gradient = -dEntropy[m] * p * (logP + entropy[m]);
  for (var t = starts[m]; t < starts[m + 1u]; t++) {
    let hit = select(0.0, 1.0, i % dims.V == min(targets[t], dims.V - 1u));
    gradient += dLogProb[t] * (hit - p);
  }
  dLogits[i] = gradient;
}
