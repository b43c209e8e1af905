// AdamW with decoupled weight decay and clipping to a global gradient norm. Three dispatches: partial sums of
// squares, their total in a fixed order, the update.
struct Dims {
  n: u32,
  parts: u32, // partial sums
  learningRate: f32,
  // 1 - beta, and the bias corrections 1 - beta^update, each computed in float64.
  gain1: f32,
  gain2: f32,
  correction1: f32,
  correction2: f32,
  eps: f32,
  weightDecay: f32,
  gradClip: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> parameters: array<f32>; // (n)
@group(0) @binding(2) var<storage, read> gradients: array<f32>; // (n)
@group(0) @binding(3) var<storage, read_write> firstMoment: array<f32>; // (n)
@group(0) @binding(4) var<storage, read_write> secondMoment: array<f32>; // (n)
@group(0) @binding(5) var<storage, read_write> partial: array<f32>; // (parts)
@group(0) @binding(6) var<storage, read_write> norm: array<f32>; // (1), before clipping

@compute @workgroup_size(64)
fn squares(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = id.y * groups.x * 64u + id.x;
  if (k >= dims.parts) {
    return;
  }
  var sum = 0.0;
  for (var i = k; i < dims.n; i += dims.parts) {
    sum += gradients[i] * gradients[i];
  }
  partial[k] = sum;
}

@compute @workgroup_size(1)
fn total() {
  var sum = 0.0;
  for (var k = 0u; k < dims.parts; k++) {
    sum += partial[k];
  }
  norm[0] = sqrt(sum);
}

@compute @workgroup_size(64)
fn step(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= dims.n) {
    return;
  }
  let length = norm[0] + 1e-6;
  var g = gradients[i];
  if (length > dims.gradClip) {
    g *= dims.gradClip / length;
  }
  let m = firstMoment[i] + dims.gain1 * (g - firstMoment[i]);
  let v = secondMoment[i] + dims.gain2 * (g * g - secondMoment[i]);
  firstMoment[i] = m;
  secondMoment[i] = v;
  let direction = (m / dims.correction1) / (sqrt(v / dims.correction2) + dims.eps);
  parameters[i] -= dims.learningRate * (direction + dims.weightDecay * parameters[i]);
}
