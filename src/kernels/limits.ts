/**
 * Longest row (C or V) of the ops in which one thread walks a row: rmsnorm, logProb, crossEntropy, distill, sample.
 * They sum blocks of 256 values, then the blocks: a float32 sum of equal terms, the worst case, is off by 1e-5
 * at this length (1e-3 if summed straight through).
 */
export const MAX_ROW = 65536;
