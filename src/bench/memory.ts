interface Count {
  /** Bytes of the buffers alive now. */
  bytes: number;
  /** The most that `bytes` has been. */
  peakBytes: number;
}

const counts = new WeakMap<GPUDevice, Count>();
const owners = new WeakMap<GPUBuffer, GPUDevice>();
let watching = false;

const countOf = (device: GPUDevice): Count => {
  const count = counts.get(device) ?? { bytes: 0, peakBytes: 0 };
  counts.set(device, count);
  return count;
};

/**
 * Counts, from now on, the bytes of every WebGPU buffer that is created and not yet destroyed, device by device: what
 * any library asks for, whether it tells or not. Textures are not counted; none of the contenders computes in them.
 */
export function watchBuffers(): void {
  if (watching) return;
  watching = true;
  /* eslint-disable @typescript-eslint/unbound-method -- applied to their own objects below */
  const create = GPUDevice.prototype.createBuffer;
  const destroy = GPUBuffer.prototype.destroy;
  /* eslint-enable @typescript-eslint/unbound-method */
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = create.call(this, descriptor);
    owners.set(buffer, this);
    const count = countOf(this);
    count.bytes += buffer.size;
    count.peakBytes = Math.max(count.peakBytes, count.bytes);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    const owner = owners.get(this);
    if (owner) countOf(owner).bytes -= this.size;
    owners.delete(this);
    return destroy.call(this);
  };
}

/** Bytes alive on `device` and their peak since {@link resetPeak}. */
export const bufferBytes = (device: GPUDevice): Readonly<Count> => ({ ...countOf(device) });

/** The peak starts again from what is alive now. */
export function resetPeak(device: GPUDevice): void {
  const count = countOf(device);
  count.peakBytes = count.bytes;
}
