// Draws tokens, each from a row of logits, by inverting the CDF of softmax(logits / temperature) in token order, at a
// uniform number that depends on (seed, stream, position) alone; temperature 0 takes the first of the largest logits.
// logProb and entropy are those at temperature 1. One thread makes one draw and sums its row in blocks, which
// bounds the rounding error of long rows.
const BLOCK = 256u;

struct Dims {
  R: u32,
  V: u32,
  seed: u32,
  temperature: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // (*, V)
@group(0) @binding(2) var<storage, read> row: array<u32>; // (R) of logits
@group(0) @binding(3) var<storage, read> stream: array<u32>; // (R)
@group(0) @binding(4) var<storage, read> position: array<u32>; // (R)
@group(0) @binding(5) var<storage, read_write> token: array<u32>; // (R)
@group(0) @binding(6) var<storage, read_write> logProb: array<f32>; // (R)
@group(0) @binding(7) var<storage, read_write> entropy: array<f32>; // (R)

// e^(z / temperature), at most 1; 0 at temperature 0, where nothing is drawn.
fn heat(z: f32) -> f32 {
  if (dims.temperature <= 0.0) {
    return 0.0;
  }
  return exp(max(z / dims.temperature, -1000.0));
}

@compute @workgroup_size(64)
fn draw(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let r = id.y * groups.x * 64u + id.x;
  if (r >= dims.R) {
    return;
  }
  let start = row[r] * dims.V;
  var top = logits[start];
  var chosen = 0u;
  for (var v = 1u; v < dims.V; v++) {
    if (logits[start + v] > top) {
      top = logits[start + v];
      chosen = v;
    }
  }

  // Σ e^z and Σ z e^z at temperature 1, Σ e^(z / temperature).
  var sum = 0.0;
  var weighted = 0.0;
  var heated = 0.0;
  for (var first = 0u; first < dims.V; first += BLOCK) {
    var part = vec3f(0.0);
    for (var v = first; v < min(first + BLOCK, dims.V); v++) {
      let z = logits[start + v] - top;
      part += vec3f(exp(z) * vec2f(1.0, z), heat(z));
    }
    sum += part.x;
    weighted += part.y;
    heated += part.z;
  }

  if (dims.temperature > 0.0) {
    let u = uniform24(hash3(dims.seed, stream[r], position[r])) * heated;
    var before = 0.0; // the sum of the blocks behind
    var part = 0.0;
    for (var v = 0u; v < dims.V; v++) {
      if (v % BLOCK == 0u) {
        before += part;
        part = 0.0;
      }
      let e = heat(logits[start + v] - top);
      part += e;
      // If rounding leaves u at the total, this ends at the last token with a non-zero probability.
      if (e > 0.0) {
        chosen = v;
        if (before + part > u) {
          break;
        }
      }
    }
  }
  token[r] = chosen;
  logProb[r] = logits[start + chosen] - top - log(sum);
  entropy[r] = log(sum) - weighted / sum;
}
