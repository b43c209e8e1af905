import { Random } from '../core/random.ts';
import { normMatmul, normQkvRope, swigluMatmul } from './fusedProducts.ts';
import type { Gpu } from './gpu.ts';
import { matmul, matmulPartialLength } from './matmul.ts';
import { ropeTable } from './rope.ts';
import { part, type Tensor } from './tensor.ts';
import type { Tilings } from './tilings.ts';

/** Every product of a decoder layer in every way that training and sampling record it, on data of its own. */
export class TunedLayer {
  private readonly owned: Tensor[] = [];
  private readonly kinds: Record<
    keyof Tilings,
    { record: (fused: boolean) => void; results: readonly Tensor[] }
  >;

  constructor(
    private readonly gpu: Gpu,
    { M, C, F }: { readonly M: number; readonly C: number; readonly F: number },
  ) {
    const random = new Random(1);
    const take = (length: number): Tensor => this.own(gpu.alloc(length, 'tuning'));
    const data = (length: number): Tensor =>
      this.own(gpu.upload(Float32Array.from({ length }, () => random.next() - 0.5)));
    try {
      const D = Math.min(16, C);
      const weights = { M: C, N: 2 * F, K: M };
      const [x, gain, qkvWeights, inWeights, outWeights, wide] = [
        M * C,
        C,
        3 * C * C,
        2 * C * F,
        F * C,
        2 * M * F,
      ].map(data);
      const [scratch, out, dX, gradient] = [M * Math.max(F, 3 * C), M * C, M * C, 2 * C * F].map(take);
      const [q, keys, values, normed, partial] = [
        M * C,
        M * C,
        M * C,
        M * C,
        matmulPartialLength(weights),
      ].map(take);
      const rows = this.own(
        gpu.upload(Uint32Array.from({ length: 4 * M }, (_, i) => (i % 4 === 3 ? i >> 2 : 0))),
      );
      const table = this.own(gpu.upload(ropeTable(1, D, 1000)));
      const { recorder } = gpu;
      const eps = 1e-5;
      this.kinds = {
        product: {
          record(fused) {
            const qkv = { x, gain, b: qkvWeights, rows, table, q, keys, values, normed, qkv: scratch };
            normQkvRope(recorder, qkv, { M, C, H: C / D, T: 1, eps, fused });
            matmul(recorder, 'nn', { a: q, b: qkvWeights, residual: x, out }, { M, N: C, K: C });
            const gated = { x: out, gain, b: inWeights, out: wide, scratch };
            normMatmul(recorder, 'nn', gated, { M, N: 2 * F, K: C, eps, fused });
            swigluMatmul(
              recorder,
              { gateUp: wide, b: outWeights, residual: x, out, scratch },
              { M, N: C, K: F, fused },
            );
            normMatmul(
              recorder,
              'nt',
              { x: out, gain, b: outWeights, out: scratch, scratch: normed },
              { M, N: F, K: C, eps, fused },
            );
            matmul(recorder, 'nt', { a: wide, b: inWeights, out: dX }, { M, N: C, K: 2 * F });
          },
          results: [q, keys, values, out, part(scratch, M * F), dX],
        },
        tn: {
          record: () => matmul(recorder, 'tn', { a: x, b: wide, out: gradient, partial }, weights),
          results: [gradient],
        },
      };
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  /** Records the products of a kind in the tilings that the recorder has: as training does, or `fused` as sampling. */
  record(kind: keyof Tilings, fused = false): void {
    this.kinds[kind].record(fused);
  }

  /** At most `most` values of each result of a kind, once they are computed. */
  results(kind: keyof Tilings, most: number): Promise<Float32Array[]> {
    return this.gpu.read(...this.kinds[kind].results.map((t) => part(t, Math.min(most, t.length))));
  }

  destroy(): void {
    this.owned.forEach((tensor) => this.gpu.free(tensor));
    this.owned.length = 0;
  }

  private own(tensor: Tensor): Tensor {
    this.owned.push(tensor);
    return tensor;
  }
}
