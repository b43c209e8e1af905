/**
 * Longest row (C or V) of the ops in which one thread walks a row: rmsnorm, logProb, crossEntropy, sample.
 * Their float32 sums run over the row, so the error grows with it; up to here it stays below 1e-4.
 */
export const MAX_ROW = 65536;
