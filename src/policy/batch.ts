import { LabError } from '../core/errors.ts';
import type { PrefixTree } from './prefixTree.ts';

/** The batch of a forward pass: its trees, where its sequences start in flat arrays, and its tokens. */
export interface Batch {
  readonly trees: readonly PrefixTree[];
  readonly first: readonly number[];
  readonly total: number;
}

/** @throws LabError unless there are as many values as expected. */
export function requireCount(where: string, what: string, expected: number, { length }: Float32Array): void {
  if (length !== expected)
    throw new LabError(
      `${where}: expected ${expected} ${what}, got ${length}. Give those of the same sequences.`,
    );
}
