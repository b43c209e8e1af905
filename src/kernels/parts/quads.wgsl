// A round of a product's inner loop takes four values of a row of a, and four rows of b: the fewest rounds, where a loop costs
// (SwiftShader keeps no sum in a register across its end).
alias Slice = vec4f;
alias Tile = mat4x4f;
const STEP = 4u;

fn squared(x: Slice) -> f32 {
  return dot(x, x);
}

// The right factor's part of round k, in the four columns of a thread.
fn right(k: u32, column: u32) -> Tile {
  if (TRANSPOSED == 1u) {
    let inner = dims.K / 4u;
    let at = 4u * column * inner + k;
    return transpose(mat4x4f(b[at], b[at + inner], b[at + 2u * inner], b[at + 3u * inner]));
  }
  let columns = dims.N / 4u;
  let at = 4u * k * columns + column;
  return mat4x4f(b[at], b[at + columns], b[at + 2u * columns], b[at + 3u * columns]);
}
