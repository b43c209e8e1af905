import { existsSync } from 'node:fs';
import { NoGpuError } from '../core/errors.ts';

/** Vulkan drivers in software, fastest first: Mesa's lavapipe, then the SwiftShader that Chromium brings. */
const softwareDrivers = [
  '/usr/share/vulkan/icd.d/lvp_icd.json',
  '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json',
  '/usr/lib/chromium/vk_swiftshader_icd.json',
];

/** Mesa older than 25 is refused by Dawn; the Vulkan loader then finds no device and the next driver is tried. */
async function firstAdapter(create: (flags: string[]) => GPU): Promise<GPU | null> {
  const preset = process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES;
  const tries = preset ? [preset] : [undefined, ...softwareDrivers.filter((path) => existsSync(path))];
  for (const driver of tries) {
    if (driver) process.env.VK_ICD_FILENAMES = driver;
    const gpu = create([]);
    if (await gpu.requestAdapter()) return gpu;
  }
  return null;
}

/** Rests between polls: short at first, for most maps take less than a millisecond, then up to the longest. */
const REST_MS = { least: 0.02, most: 0.3, share: 0.1 };

/**
 * Dawn for Node waits for the GPU by polling on every turn of the event loop, which takes a whole core from
 * a software adapter that computes on the same cores. While a map is pending, each turn rests a little, in
 * proportion to how long it has been waiting.
 */
function restWhileMapping(buffer: { prototype: GPUBuffer }): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  // eslint-disable-next-line @typescript-eslint/unbound-method -- applied to its buffer below
  const mapAsync = buffer.prototype.mapAsync;
  let pending = 0;
  let resting = false;
  let since = 0;
  const rest = (): void => {
    resting = pending > 0;
    if (!resting) return;
    const waited = performance.now() - since;
    Atomics.wait(clock, 0, 0, Math.min(REST_MS.most, Math.max(REST_MS.least, REST_MS.share * waited)));
    setImmediate(rest);
  };
  buffer.prototype.mapAsync = async function (...args) {
    pending++;
    since = performance.now();
    // One chain only: a map may start before the last chain has noticed that its own is over.
    if (!resting) setImmediate(rest);
    resting = true;
    try {
      return await mapAsync.apply(this, args);
    } finally {
      pending--;
    }
  };
}

/**
 * Dawn's WebGPU in Node, on a GPU where there is one and on a software Vulkan driver otherwise.
 * Sets the WebGPU globals (GPUBufferUsage and the like) that browsers define.
 * @throws NoGpuError when no adapter is found, with the ways to get one.
 */
export async function dawnGpu(): Promise<GPU> {
  const { create, globals } = await import('webgpu');
  if (!('GPUBuffer' in globalThis)) {
    Object.assign(globalThis, globals);
    restWhileMapping(GPUBuffer);
  }
  const gpu = await firstAdapter(create);
  if (!gpu)
    throw new NoGpuError(
      'webgpu: expected a GPU adapter, found none. Install a Vulkan driver, or a software one: ' +
        '`apt-get install chromium` brings SwiftShader. VK_ICD_FILENAMES chooses a driver by hand.',
    );
  return gpu;
}
