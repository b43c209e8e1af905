// out (n) = or += the sum over chunks of partial (chunks, n), in chunk order.
alias Value = f32; // see `elementwise`

struct Dims {
  n: u32,
  chunks: u32,
  accumulate: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> partial: array<Value>;
@group(0) @binding(2) var<storage, read_write> out: array<Value>;

@compute @workgroup_size(64)
fn sum(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= dims.n) {
    return;
  }
  var total = Value();
  for (var c = 0u; c < dims.chunks; c++) {
    total += partial[c * dims.n + i];
  }
  if (dims.accumulate == 1u) {
    total += out[i];
  }
  out[i] = total;
}
