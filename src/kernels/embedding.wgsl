// Gradient of the embedding, whose forward is gather.wgsl: for each token a sum over the rows that held it, in the order of a
// counting sort: no atomics, so the same input gives the same bits.
alias Value = f32; // see `elementwise`

struct Dims {
  M: u32,
  V: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> order: array<u32>; // (M), rows sorted by token
@group(0) @binding(2) var<storage, read> starts: array<u32>; // (V + 1), where each token begins in order
@group(0) @binding(3) var<storage, read> dOut: array<Value>; // (M, C)
@group(0) @binding(4) var<storage, read_write> dTable: array<Value>; // (V, C)

// Values of a row. A constant of the pipeline: so divisions by it cost little.
override C: u32 = 4;

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= dims.V * C) {
    return;
  }
  let v = i / C;
  let c = i % C;
  let end = min(starts[v + 1u], dims.M);
  var sum = Value();
  for (var j = starts[v]; j < end; j++) {
    sum += dOut[order[j] * C + c];
  }
  dTable[i] += dims.scale * sum;
}
