// RMSNorm: out = x * rstd * weight, rstd = 1 / sqrt(mean(x^2) + eps) of each row. One thread walks one row and
// sums it in blocks, which bounds the rounding error of long rows.
const BLOCK = 256u;

alias Value = f32; // see `elementwise`

fn total(value: Value) -> f32 {
  return value; // its only part
}

struct Dims {
  M: u32,
  C: u32, // of type Value
  eps: f32,
  rows: u32, // rows a partial sum covers
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<Value>; // (M, C)
@group(0) @binding(2) var<storage, read> weight: array<Value>; // (C)
@group(0) @binding(3) var<storage, read_write> out: array<Value>; // (M, C)
@group(0) @binding(4) var<storage, read_write> rstd: array<f32>; // (M) scratch of the gradients
@group(0) @binding(5) var<storage, read> dOut: array<Value>; // (M, C)
@group(0) @binding(6) var<storage, read_write> dX: array<Value>; // (M, C)
@group(0) @binding(7) var<storage, read_write> partial: array<Value>; // (ceil(M / rows), C)

// Values of a row.
fn width() -> f32 {
  return f32(dims.C) * total(Value(1.0));
}

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let m = id.y * groups.x * 64u + id.x;
  if (m >= dims.M) {
    return;
  }
  let start = m * dims.C;
  var squares = 0.0;
  for (var first = 0u; first < dims.C; first += BLOCK) {
    var part = Value();
    for (var c = first; c < min(first + BLOCK, dims.C); c++) {
      part += x[start + c] * x[start + c];
    }
    squares += total(part);
  }
  let r = 1.0 / sqrt(squares / width() + dims.eps);
  for (var c = 0u; c < dims.C; c++) {
    out[start + c] = x[start + c] * r * weight[c];
  }
}

// With g = dOut * weight: dX += rstd * (g - x * rstd^2 * mean(g * x)). Computes `out` and rstd once more on its way.
@compute @workgroup_size(64)
fn backwardX(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let m = id.y * groups.x * 64u + id.x;
  if (m >= dims.M) {
    return;
  }
  let start = m * dims.C;
  var squares = 0.0;
  var along = 0.0;
  for (var first = 0u; first < dims.C; first += BLOCK) {
    var square = Value();
    var part = Value();
    for (var c = first; c < min(first + BLOCK, dims.C); c++) {
      let value = x[start + c];
      square += value * value;
      part += dOut[start + c] * weight[c] * value;
    }
    squares += total(square);
    along += total(part);
  }
  let r = 1.0 / sqrt(squares / width() + dims.eps);
  along *= r * r / width();
  for (var c = 0u; c < dims.C; c++) {
    let value = x[start + c];
    let gain = weight[c];
    dX[start + c] += r * (dOut[start + c] * gain - value * along);
    out[start + c] = value * r * gain;
  }
  rstd[m] = r;
}

// dWeight, first stage: each thread sums one column over `rows` rows; sumChunks adds the sums.
@compute @workgroup_size(64)
fn partialWeight(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let start = (i / dims.C) * dims.rows;
  if (start >= dims.M) {
    return;
  }
  let c = i % dims.C;
  var sum = Value();
  for (var m = start; m < min(start + dims.rows, dims.M); m++) {
    sum += dOut[m * dims.C + c] * x[m * dims.C + c] * rstd[m];
  }
  partial[i] = sum;
}
