import { Gpu } from '../kernels/gpu.ts';
import { tune } from '../kernels/tuning.ts';
import { storedTunings } from '../storage/index.ts';

/** The browser's GPU, with the kernels that are fastest on it. @throws NoGpuError without one, with the remedy. */
export async function acquireGpu(): Promise<Gpu> {
  const gpu = await Gpu.acquire(navigator.gpu);
  await tune(gpu, storedTunings());
  return gpu;
}
