// What the adapter can do at best: multiply-adds in registers, and copying memory.

struct Dims {
  n: u32, // vec4f copied
  rounds: u32, // of 64 multiply-adds on vec4f
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> source: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sink: array<vec4f>;

@compute @workgroup_size(64)
fn multiplyAdd(@builtin(global_invocation_id) id: vec3u) {
  let scale = source[id.x & 63u];
  let shift = source[(id.x + 1u) & 63u];
  var sum: array<vec4f, 8>;
  for (var i = 0u; i < 8u; i++) {
    sum[i] = vec4f(f32(i));
  }
  for (var round = 0u; round < dims.rounds; round++) {
    for (var i = 0u; i < 8u; i++) {
      // Eight in a row for each of eight independent sums.
      var s = sum[i];
      s = fma(s, scale, shift);
      s = fma(s, scale, shift);
      s = fma(s, scale, shift);
      s = fma(s, scale, shift);
      s = fma(s, scale, shift);
      s = fma(s, scale, shift);
      s = fma(s, scale, shift);
      s = fma(s, scale, shift);
      sum[i] = s;
    }
  }
  sink[id.x] = sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
}

@compute @workgroup_size(64)
fn copy(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < dims.n) {
    sink[id.x] = source[id.x];
  }
}
