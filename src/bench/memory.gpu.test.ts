import { afterAll, beforeAll, expect, test } from 'vitest';
import { Gpu } from '../kernels/gpu.ts';
import { bufferBytes, resetPeak, watchBuffers } from './memory.ts';

let gpu: Gpu;
let other: Gpu;
beforeAll(async () => {
  watchBuffers();
  watchBuffers(); // twice counts once
  const api = (globalThis as { testGpu?: GPU }).testGpu ?? navigator.gpu;
  gpu = await Gpu.acquire(api);
  other = await Gpu.acquire(api);
});
afterAll(() => {
  gpu.destroy();
  other.destroy();
});

test('bytes and peak of one device, as the device itself counts them', () => {
  const before = bufferBytes(gpu.device).bytes;
  const first = gpu.alloc(1024);
  const second = gpu.alloc(2048);
  expect(bufferBytes(gpu.device)).toEqual({ bytes: before + 12288, peakBytes: before + 12288 });
  expect(bufferBytes(gpu.device).peakBytes).toBe(gpu.peakBytes);
  gpu.free(first);
  expect(bufferBytes(gpu.device)).toEqual({ bytes: before + 8192, peakBytes: before + 12288 });
  resetPeak(gpu.device);
  expect(bufferBytes(gpu.device).peakBytes).toBe(before + 8192);
  gpu.free(second);
  second.buffer.destroy(); // a second time counts nothing
  expect(bufferBytes(gpu.device).bytes).toBe(before);
});

test('devices are counted apart', () => {
  const before = bufferBytes(gpu.device).bytes;
  other.alloc(4096);
  expect(bufferBytes(other.device).bytes).toBe(16384);
  expect(bufferBytes(gpu.device).bytes).toBe(before);
});
