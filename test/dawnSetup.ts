import { dawnGpu } from '../src/cli/dawn.ts';

const gpu = await dawnGpu();
Object.defineProperty(globalThis, 'testGpu', { value: gpu, configurable: true });
