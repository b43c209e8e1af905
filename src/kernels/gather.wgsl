// Rows of x by number: out[i] = scale * x[index[i]], or zeros where there is no such row. With the inverse of an index that
// names no row twice this is its gradient too.
alias Value = f32; // see `elementwise`

struct Dims {
  M: u32,
  R: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> index: array<u32>; // (M)
@group(0) @binding(2) var<storage, read> x: array<Value>; // (R, C)
@group(0) @binding(3) var<storage, read_write> out: array<Value>; // (M, C)

// Values of a row. A constant of the pipeline: so divisions by it cost little.
override C: u32 = 4;

@compute @workgroup_size(64)
fn rows(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= dims.M * C) {
    return;
  }
  let row = index[i / C];
  var value = Value();
  if (row < dims.R) {
    value = dims.scale * x[row * C + i % C];
  }
  out[i] = value;
}
