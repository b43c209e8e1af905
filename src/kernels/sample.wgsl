// Samples one token a row by inverting the CDF of softmax(logits / temperature) in token order, at a uniform
// number that depends on (seed, stream, position) alone; temperature 0 takes the first of the largest logits.
// logProb and entropy are those at temperature 1. One thread walks one row.
struct Dims {
  R: u32,
  V: u32,
  seed: u32,
  temperature: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // (R, V)
@group(0) @binding(2) var<storage, read> stream: array<u32>; // (R)
@group(0) @binding(3) var<storage, read> position: array<u32>; // (R)
@group(0) @binding(4) var<storage, read_write> token: array<u32>; // (R)
@group(0) @binding(5) var<storage, read_write> logProb: array<f32>; // (R)
@group(0) @binding(6) var<storage, read_write> entropy: array<f32>; // (R)

// pcg3d (Jarzynski & Olano 2020), as in core/random.ts.
fn hash3(seed: u32, sequence: u32, position: u32) -> u32 {
  var v = vec3u(seed, sequence, position) * 1664525u + 1013904223u;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  return v.x + v.y * v.z;
}

// Uniform in [0, 1) with 24 bits; the product is exact.
fn uniform24(bits: u32) -> f32 {
  return f32(bits >> 8u) * 0x1p-24f;
}

// exp((logit - top) / temperature), at most 1; the clamp keeps the quotient finite, exp of it is 0.
fn heat(z: f32) -> f32 {
  return exp(max(z / dims.temperature, -1000.0));
}

@compute @workgroup_size(64)
fn draw(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let r = id.y * groups.x * 64u + id.x;
  if (r >= dims.R) {
    return;
  }
  let start = r * dims.V;
  var top = logits[start];
  var chosen = 0u;
  for (var v = 1u; v < dims.V; v++) {
    if (logits[start + v] > top) {
      top = logits[start + v];
      chosen = v;
    }
  }

  // The distribution at temperature 1.
  var sum = 0.0;
  var weighted = 0.0;
  for (var v = 0u; v < dims.V; v++) {
    let z = logits[start + v] - top;
    let e = exp(z);
    sum += e;
    weighted += z * e;
  }

  if (dims.temperature > 0.0) {
    var heated = 0.0;
    for (var v = 0u; v < dims.V; v++) {
      heated += heat(logits[start + v] - top);
    }
    let u = uniform24(hash3(dims.seed, stream[r], position[r])) * heated;
    var cumulative = 0.0;
    for (var v = 0u; v < dims.V; v++) {
      let e = heat(logits[start + v] - top);
      cumulative += e;
      // If rounding leaves u at the total, this ends at the last token with a non-zero probability.
      if (e > 0.0) {
        chosen = v;
        if (cumulative > u) {
          break;
        }
      }
    }
  }
  token[r] = chosen;
  logProb[r] = logits[start + chosen] - top - log(sum);
  entropy[r] = log(sum) - weighted / sum;
}
