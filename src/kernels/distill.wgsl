// Distillation of a teacher's distribution into each row's softmax:
// loss = weight * Σ_v teacher[v] * (log teacher[v] - log softmax(logits)[v]), the KL(teacher ‖ student).
// Forward: one thread a row. Backward: one thread a logit. Assembled with parts/softmax.wgsl.

struct Dims {
  M: u32,
  V: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // (M, V)
@group(0) @binding(2) var<storage, read> teacher: array<f32>; // (M, V), rows sum to 1
@group(0) @binding(3) var<storage, read> weight: array<f32>; // (M)
@group(0) @binding(4) var<storage, read_write> loss: array<f32>; // (M)
@group(0) @binding(5) var<storage, read_write> lse: array<f32>; // (M)
@group(0) @binding(6) var<storage, read_write> dLogits: array<f32>; // (M, V) in: logits; out: their gradient

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let m = id.y * groups.x * 64u + id.x;
  if (m >= dims.M) {
    return;
  }
  let start = m * dims.V;
  let row = rowSums(start);
  let logSum = log(row.sum);
  var divergence = 0.0;
  for (var first = 0u; first < dims.V; first += BLOCK) {
    var part = 0.0;
    for (var v = first; v < min(first + BLOCK, dims.V); v++) {
      let q = teacher[start + v];
      // A word that the teacher never says adds nothing, whatever the student thinks of it.
      if (q > 0.0) {
        part += q * (log(q) - (logits[start + v] - row.top - logSum));
      }
    }
    divergence += part;
  }
  loss[m] = weight[m] * divergence;
  lse[m] = row.top + logSum;
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= dims.M * dims.V) {
    return;
  }
  let m = i / dims.V;
  dLogits[i] = dims.scale * weight[m] * (exp(dLogits[i] - lse[m]) - teacher[i]);
}
