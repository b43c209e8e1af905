// A round of a product's inner loop takes one value of a row of a, and one row of b: the least code, which is quick to compile where
// loads are written out lane by lane (lavapipe), and leaves room for more sums in registers.
alias Slice = f32;
alias Tile = vec4f;
const STEP = 1u;

fn squared(x: Slice) -> f32 {
  return x * x;
}

// The right factor's part of round k, in the four columns of a thread.
fn right(k: u32, column: u32) -> Tile {
  if (TRANSPOSED == 1u) {
    let inner = dims.K / 4u;
    let at = 4u * column * inner + k / 4u;
    let i = k % 4u;
    return vec4f(b[at][i], b[at + inner][i], b[at + 2u * inner][i], b[at + 3u * inner][i]);
  }
  return b[k * (dims.N / 4u) + column];
}
