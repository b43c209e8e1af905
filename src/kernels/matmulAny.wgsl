// The products of matmul.wgsl for dimensions that are not multiples of 4: one output per thread.
struct Dims {
  M: u32,
  N: u32,
  K: u32,
  added: u32, // 1: out = residual + product
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> residual: array<f32>; // (M, N)
@group(0) @binding(4) var<storage, read_write> out: array<f32>; // (M, N)

override STRIDES: u32; // 0: nn, 1: nt, 2: tn

fn at(i: u32, j: u32, k: u32) -> vec2u {
  switch (STRIDES) {
    case 1u: {
      return vec2u(i * dims.K + k, j * dims.K + k);
    }
    case 2u: {
      return vec2u(k * dims.M + i, k * dims.N + j);
    }
    default: {
      return vec2u(i * dims.K + k, k * dims.N + j);
    }
  }
}

@compute @workgroup_size(64)
fn product(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.y * groups.x * 64u + id.x;
  if (index >= dims.M * dims.N) {
    return;
  }
  var sum = 0.0;
  for (var k = 0u; k < dims.K; k++) {
    let place = at(index / dims.N, index % dims.N, k);
    sum += a[place.x] * b[place.y];
  }
  if (dims.added == 1u) {
    sum += residual[index];
  }
  out[index] = sum;
}
