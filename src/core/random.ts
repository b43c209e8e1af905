/**
 * Counter-based random numbers: the same in TypeScript and WGSL, so that a rollout is a function of
 * (seed, sequence, position) alone and does not depend on batch order.
 *
 * The mixer is pcg3d of Jarzynski & Olano, "Hash Functions for GPU Rendering" (JCGT 2020).
 * `src/kernels/sample.wgsl` holds the same function.
 */
export function hash3(seed: number, sequence: number, position: number): number {
  let x = (Math.imul(seed, 1664525) + 1013904223) | 0;
  let y = (Math.imul(sequence, 1664525) + 1013904223) | 0;
  let z = (Math.imul(position, 1664525) + 1013904223) | 0;
  x = (x + Math.imul(y, z)) | 0;
  y = (y + Math.imul(z, x)) | 0;
  z = (z + Math.imul(x, y)) | 0;
  x ^= x >>> 16;
  y ^= y >>> 16;
  z ^= z >>> 16;
  return (x + Math.imul(y, z)) >>> 0;
}

/** Uniform in [0, 1) with 24 bits, exactly representable in float32. */
export function uniform(seed: number, sequence: number, position: number): number {
  return (hash3(seed, sequence, position) >>> 8) / 2 ** 24;
}

/** A stream of random numbers, itself counter-based: `fork` gives independent streams by name. */
export class Random {
  private counter = 0;

  constructor(
    readonly seed: number,
    private readonly stream = 0,
  ) {}

  /** Uniform u32. */
  bits(): number {
    return hash3(this.seed, this.stream, this.counter++);
  }

  /** Uniform in [0, 1). */
  next(): number {
    return (this.bits() >>> 8) / 2 ** 24;
  }

  /** Uniform integer in [0, n). */
  int(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** Standard normal (Box-Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** One element, uniformly. */
  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)];
  }

  /** A uniformly shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }

  /** An independent stream, determined by this stream's seed and `key`. */
  fork(key: number): Random {
    return new Random(hash3(this.seed, this.stream, 0x9e3779b9), key >>> 0);
  }
}
