import { Gpu } from '../kernels/gpu.ts';
import { tune } from '../kernels/tuning.ts';
import { storedTunings } from '../storage/index.ts';

/** The browser's GPU, with the kernels that are fastest on it. @throws NoGpuError without one, with the remedy. */
export async function acquireGpu(): Promise<Gpu> {
  const gpu = await Gpu.acquire(navigator.gpu);
  try {
    await tune(gpu, storedTunings());
    return gpu;
  } catch {
    // A device that went down while it was measured: another one, with the kernels of the table.
    gpu.destroy();
    return Gpu.acquire(navigator.gpu);
  }
}
