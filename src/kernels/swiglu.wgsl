// SwiGLU: out = silu(gate) * up. gateUp: (M, 2F) holds gate then up in each row. out: (M, F).
alias Value = f32; // see `elementwise`

struct Dims {
  M: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> gateUp: array<Value>; // (M, 2F)
@group(0) @binding(2) var<storage, read_write> out: array<Value>; // (M, F)
@group(0) @binding(3) var<storage, read_write> dOut: array<Value>; // (M, F) in: dOut; out: the forward's out
@group(0) @binding(4) var<storage, read_write> dGateUp: array<Value>; // (M, 2F) in: gateUp; out: its gradient

// Values of a row. A constant of the pipeline: so divisions by it cost little.
override F: u32 = 4;

// exp overflows beyond 88; sigmoid is 0 or 1 to float32 long before.
fn sigmoid(x: Value) -> Value {
  return 1.0 / (1.0 + exp(-clamp(x, Value(-80.0), Value(80.0))));
}

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= dims.M * F) {
    return;
  }
  let gate = (i / F) * 2u * F + i % F;
  let x = gateUp[gate];
  out[i] = x * sigmoid(x) * gateUp[gate + F];
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= dims.M * F) {
    return;
  }
  let gate = (i / F) * 2u * F + i % F;
  let x = dGateUp[gate];
  let up = dGateUp[gate + F];
  let s = sigmoid(x);
  let d = dOut[i];
  dGateUp[gate] = d * up * s * (1.0 + x * (1.0 - s));
  dGateUp[gate + F] = d * x * s;
  dOut[i] = x * s * up;
}
