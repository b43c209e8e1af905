import type { Gpu } from '../kernels/gpu.ts';
import type { Tensor } from '../kernels/tensor.ts';
import type { KeysValues } from './activations.ts';
import type { PolicyConfig } from './types.ts';

/** Keys and values of every layer, a row a token, in buffers that grow with the tokens they hold. */
export class KeyValueCache {
  layers: readonly KeysValues[] = [];
  private room = 0;

  constructor(
    private readonly gpu: Gpu,
    private readonly config: PolicyConfig,
  ) {}

  /** Makes room for `rows` tokens; what is held is kept. */
  reserve(rows: number): void {
    if (rows <= this.room) return;
    const [old, held] = [this.layers, this.room * this.config.width];
    const room = Math.max(1024, 2 ** Math.ceil(Math.log2(rows)));
    this.layers = this.take(room);
    this.room = room;
    const { recorder } = this.gpu;
    old.forEach(({ keys, values }, l) => {
      recorder.copy(keys, this.layers[l].keys, held);
      recorder.copy(values, this.layers[l].values, held);
    });
    recorder.submit();
    this.release(old.flatMap(({ keys, values }) => [keys, values]));
  }

  free(): void {
    this.release(this.layers.flatMap(({ keys, values }) => [keys, values]));
    [this.layers, this.room] = [[], 0];
  }

  /** Buffers for `room` tokens; gives back the first ones when the last do not fit. */
  private take(room: number): KeysValues[] {
    const taken: Tensor[] = [];
    try {
      return Array.from({ length: this.config.layers }, (_, l) => {
        const [keys, values] = ['keys', 'values'].map((name) => {
          const tensor = this.gpu.alloc(room * this.config.width, `cache${l}.${name}`);
          taken.push(tensor);
          return tensor;
        });
        return { keys, values };
      });
    } catch (error) {
      this.release(taken);
      throw error;
    }
  }

  private release(tensors: readonly Tensor[]): void {
    tensors.forEach((tensor) => this.gpu.free(tensor));
  }
}
