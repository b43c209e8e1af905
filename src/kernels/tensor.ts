import { ShapeError } from '../core/errors.ts';

/** A range of a GPU buffer that holds f32 or u32 values. `offset` is in bytes. */
export interface Tensor {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly length: number;
}

/** Storage bindings must start at a multiple of this many bytes on every WebGPU device. */
export const STORAGE_ALIGNMENT = 256;

/** Bytes of the buffer that `Gpu.alloc` makes for `length` 4-byte values. */
export const tensorBytes = (length: number): number =>
  Math.max(STORAGE_ALIGNMENT, Math.ceil((4 * length) / STORAGE_ALIGNMENT) * STORAGE_ALIGNMENT);

/** The part of `tensor` that starts `start` values in; `start` must keep the storage alignment. */
export function view(tensor: Tensor, start: number, length: number): Tensor {
  const offset = tensor.offset + start * 4;
  if (offset % STORAGE_ALIGNMENT !== 0)
    throw new ShapeError(`view: expected a start at a multiple of 64 values, got ${start}. Pad the layout.`);
  if (start + length > tensor.length)
    throw new ShapeError(
      `view: expected at most ${tensor.length} values, got an end of ${start + length}. Take a shorter view.`,
    );
  return { buffer: tensor.buffer, offset, length };
}

/** The first `length` values of a tensor: what is read back. */
export function part(tensor: Tensor, length: number): Tensor {
  return { ...tensor, length };
}

/** @throws ShapeError unless each tensor of `tensors` holds at least the values `needed` names. */
export function requireLengths(
  op: string,
  tensors: Readonly<Record<string, Tensor>>,
  needed: Readonly<Record<string, number>>,
): void {
  for (const [name, length] of Object.entries(needed)) {
    const got = tensors[name]?.length ?? 0;
    if (got < length)
      throw new ShapeError(
        `${op}: expected ${name} to hold at least ${length} values, got ${got}. ` +
          `Allocate ${name} for the dimensions you pass.`,
      );
  }
}

/** @throws ShapeError unless each dimension is an integer in [1, limit]. */
export function requireDims(op: string, dims: Readonly<Record<string, number>>, limit = 2 ** 31): void {
  for (const [name, value] of Object.entries(dims)) {
    if (!Number.isInteger(value) || value < 1 || value > limit)
      throw new ShapeError(
        `${op}: expected ${name} to be an integer from 1 to ${limit}, got ${value}. ` +
          (value > limit ? `Pass a smaller ${name}.` : `Pass the size of the tensors as ${name}.`),
      );
  }
}
