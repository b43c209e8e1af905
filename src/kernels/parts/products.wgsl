// What the products in registers have in common: sizes, tensors, and how a thread loads four columns and stores its sums.
struct Dims {
  M: u32,
  N: u32,
  K: u32,
  chunk: u32, // tn: rows of the inner dimension that one workgroup sums
  rows: u32, // outputs of a thread along M: a compiler that knows them writes the stores out, and takes ten times as long
  eps: f32, // of the RMSNorm
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>; // (M, N)
@group(0) @binding(4) var<storage, read_write> out: array<vec4f>; // (M, N); tn: (chunks, M, N)
@group(0) @binding(5) var<storage, read> gain: array<vec4f>; // (K), of the RMSNorm

const WIDTH = 16u; // threads of a workgroup, side by side along N

// 0: out = product, 1: out += product, 2: out = residual + product.
override MODE: u32 = 0;

// 1: b is (N, K).
override TRANSPOSED: u32 = 0;

// What a goes through on its way into `product`: 0: nothing, 1: RMSNorm of its rows, 2: SwiGLU, with a (M, 2K).
override LEFT: u32 = 0;

fn store(at: u32, value: vec4f) {
  switch (MODE) {
    case 1u: {
      out[at] += value;
    }
    case 2u: {
      out[at] = residual[at] + value;
    }
    default: {
      out[at] = value;
    }
  }
}

// Rows 4k .. 4k + 3 of the right factor, in the four columns of a thread.
fn right(k: u32, column: u32) -> mat4x4f {
  if (TRANSPOSED == 1u) {
    let inner = dims.K / 4u;
    let at = 4u * column * inner + k;
    return transpose(mat4x4f(b[at], b[at + inner], b[at + 2u * inner], b[at + 3u * inner]));
  }
  let columns = dims.N / 4u;
  let at = 4u * k * columns + column;
  return mat4x4f(b[at], b[at + columns], b[at + 2u * columns], b[at + 3u * columns]);
}
