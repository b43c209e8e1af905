// A draw from the policy's next-token distribution, by one workgroup: the same numbers and sums as sample.wgsl.
const BLOCK = 256u;

// The draw from what `weigh` left, in token order and with the block sums of sample.wgsl.
fn draw(bits: u32) -> Draw {
  let terms = zAt();
  var sums = vec3f();
  for (var first = 0u; first < dims.V; first += BLOCK) {
    var part = vec3f();
    for (var v = first; v < min(first + BLOCK, dims.V); v++) {
      part += memory[terms + v].xyz;
    }
    sums += part;
  }
  let u = uniform24(bits) * sums.z;
  var token = 0u;
  var before = 0.0;
  var part = 0.0;
  for (var v = 0u; v < dims.V; v++) {
    let term = memory[terms + v];
    if (dims.temperature <= 0.0) {
      // Logits less their maximum: the first zero is the most probable token.
      if (term.w == 0.0) {
        token = v;
        break;
      }
      continue;
    }
    if (v % BLOCK == 0u) {
      before += part;
      part = 0.0;
    }
    part += term.z;
    if (term.z > 0.0) {
      token = v;
      if (before + part > u) {
        break;
      }
    }
  }
  let z = memory[terms + token].w;
  return Draw(token, z - log(sums.x), log(sums.x) - sums.y / sums.x);
}

// Z = per token (e^z, z e^z, e^(z / temperature), z), z its logit less the largest; from row `row` of X.
fn weigh(row: u32) {
  let width = dims.C / 4u;
  let columns = (dims.V + 3u) / 4u;
  normalize(row, 1u, places[1]);
  // As `product`, with the transposed embedding; tokens beyond V repeat the last one.
  let count = slices(1u, width, columns);
  for (var i = lane; i < count * columns; i += SIZE) {
    let slice = i / columns;
    var sum = vec4f();
    for (var j = 0u; j < 4u; j++) {
      let b = places[0] + min(4u * (i % columns) + j, dims.V - 1u) * width;
      for (var k = slice * width / count; k < (slice + 1u) * width / count; k++) {
        sum[j] += dot(memory[yAt() + k], weights[b + k]);
      }
    }
    memory[zAt() + i] = sum;
  }
  workgroupBarrier();
  for (var i = lane; i < columns; i += SIZE) {
    memory[yAt() + i] = total(0u, i, count, columns);
  }
  workgroupBarrier();
  var tops = memory[yAt()];
  for (var i = 1u; i < columns; i++) {
    tops = max(tops, memory[yAt() + i]);
  }
  let top = max(max(tops.x, tops.y), max(tops.z, tops.w));
  for (var v = lane; v < dims.V; v += SIZE) {
    let z = memory[yAt() + v / 4u][v % 4u] - top;
    var heat = 0.0;
    if (dims.temperature > 0.0) {
      heat = exp(max(z / dims.temperature, -1000.0));
    }
    memory[zAt() + v] = vec4f(exp(z), z * exp(z), heat, z);
  }
  workgroupBarrier();
}
