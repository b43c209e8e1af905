// What the softmax of a row takes. `dims` and `logits` (M, V) are those of the kernel.
const BLOCK = 256u; // summed one by one, which bounds the rounding error of long rows

struct RowSums {
  top: f32, // largest logit
  sum: f32, // Σ e^z with z = logit - top
  weighted: f32, // Σ z e^z
}

// Of the row that begins at `start`.
fn rowSums(start: u32) -> RowSums {
  var top = logits[start];
  for (var v = 1u; v < dims.V; v++) {
    top = max(top, logits[start + v]);
  }
  var sums = vec2f(0.0);
  for (var first = 0u; first < dims.V; first += BLOCK) {
    var part = vec2f(0.0);
    for (var v = first; v < min(first + BLOCK, dims.V); v++) {
      let z = logits[start + v] - top;
      part += exp(z) * vec2f(1.0, z);
    }
    sums += part;
  }
  return RowSums(top, sums.x, sums.y);
}
