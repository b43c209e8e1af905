import type { PolicySize } from '../policy/types.ts';

/** How much work the cases are: `full` is what docs/performance.md reports, `small` takes seconds on a software adapter. */
export const benchSizes = ['small', 'quick', 'full'] as const;
export type BenchSize = (typeof benchSizes)[number];

/** The work of every suite. */
export interface BenchWork {
  /** Batches of `train`. */
  readonly train: readonly number[];
  /** Sequences of `sample`. */
  readonly sample: number;
  /** Batch of `kernels`. */
  readonly kernels: number;
  /** Sequences whose rows the products of `products` have. */
  readonly products: number;
  /** `ceilings`: vec4 values that are copied, and rounds of multiply-adds a thread. */
  readonly ceilings: { readonly values: number; readonly rounds: number };
  readonly actguide: { readonly tasksPerStep: number; readonly groupSize: number };
  /** `scaling`: batches and group sizes, tokens of a sequence, and policies. */
  readonly batches: readonly number[];
  readonly contexts: readonly number[];
  readonly policies: readonly PolicySize[];
  /** Train steps of `memory`. */
  readonly memory: number;
}

export const benchWork: Readonly<Record<BenchSize, BenchWork>> = {
  small: {
    train: [8],
    sample: 8,
    kernels: 8,
    products: 4,
    ceilings: { values: 2 ** 16, rounds: 4 },
    actguide: { tasksPerStep: 4, groupSize: 4 },
    batches: [4, 8, 16],
    contexts: [12, 24, 48],
    policies: ['nano', 'micro'],
    memory: 20,
  },
  quick: {
    train: [64],
    sample: 64,
    kernels: 16,
    products: 16,
    ceilings: { values: 2 ** 18, rounds: 16 },
    actguide: { tasksPerStep: 8, groupSize: 4 },
    batches: [64, 256],
    contexts: [48, 96],
    policies: ['nano', 'micro'],
    memory: 50,
  },
  full: {
    train: [64, 256],
    sample: 256,
    kernels: 64,
    products: 64,
    ceilings: { values: 2 ** 20, rounds: 64 },
    actguide: { tasksPerStep: 32, groupSize: 8 },
    batches: [64, 256, 1024, 4096],
    contexts: [48, 96, 192, 384],
    policies: ['nano', 'micro', 'mini', 'small'],
    memory: 500,
  },
};
