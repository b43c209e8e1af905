// What the products in registers have in common: sizes, tensors, and how a thread stores its sums. Assembled behind a text that says how
// much of a row of a a round of the inner loop takes, `Slice`.
struct Dims {
  M: u32,
  N: u32,
  K: u32,
  chunk: u32, // tn: rows of the inner dimension that one workgroup sums
  added: u32, // 1: out = residual + product
  rows: u32, // of the result, of a thread or quad: LLVM, where it knows them, writes the stores out and takes ten times as long
  down: u32, // matmulSubgroups.wgsl: how far the next row of b is, or column of the transposed
  along: u32, // and the next column
  eps: f32, // of an RMSNorm on the way in
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> a: array<Slice>; // of product
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>; // (M, N)
@group(0) @binding(4) var<storage, read_write> out: array<vec4f>; // (M, N); tn: (chunks, M, N)
@group(0) @binding(5) var<storage, read> quads: array<vec4f>; // a of tn

const WIDTH = 16u; // threads of a workgroup, side by side along N

// 1: b is (N, K). In matmulSubgroups.wgsl down and along say it, and b is what tn takes.
override TRANSPOSED: u32 = 0;

fn store(at: u32, value: vec4f) {
  var stored = value;
  if (dims.added == 1u) {
    stored += residual[at];
  }
  out[at] = stored;
}
