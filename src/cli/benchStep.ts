import { wholeSteps } from '../bench/wholeStep.ts';
import { dawnGpu } from './dawn.ts';

/** Entry of `scripts/benchFirstLight.js`, built in either version of the project. */
export const stepsInNode = async (
  onnx: Uint8Array,
  settings: Parameters<typeof wholeSteps>[2],
): ReturnType<typeof wholeSteps> => wholeSteps(await dawnGpu(), onnx, settings);
