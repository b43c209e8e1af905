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
