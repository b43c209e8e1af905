import { InputError } from '../core/errors.ts';
import { adamwPartialLength } from '../kernels/adamw.ts';
import type { MemoryLimits } from '../kernels/gpu.ts';
import { UNIFORM_BYTES } from '../kernels/recorder.ts';
import { stagingBytes } from '../kernels/staging.ts';
import { tensorBytes } from '../kernels/tensor.ts';
import { bytesOf, decodingBuffers, trainingBuffers, type Lengths } from './buffers.ts';
import { parameterLayout } from './parameters.ts';
import type { PolicyConfig } from './types.ts';

/** Rows of one pass at most: keeps every submit short. */
const MAX_ROWS = 16384;
/** Rows scored in one submit at most: keeps every submit short. */
export const SCORE_ROWS = 4096;
/** Memory that the activations of one pass may take; larger batches go in several passes. */
const PASS_BYTES = 128 * 2 ** 20;

/** What is done with a policy: the most tokens of a minibatch, and of all sequences that are sampled at once. */
export interface Work {
  /** ΣT of a minibatch; 0: no training. */
  readonly trained: number;
  /** ΣT of all sequences that are scored together; without, those of a minibatch. */
  readonly scored?: number;
  /** Whether every token learns a whole distribution: a teacher's logits are read back, and its rows uploaded (Eq. 13). */
  readonly distilled?: boolean;
  readonly sampled?: { readonly sequences: number; readonly tokens: number };
}

/** Bytes of GPU buffers that work needs at its peak, where no two sequences share a token. */
export interface MemoryPlan {
  readonly parts: Readonly<Record<'policy' | 'training' | 'sampling' | 'transfer', number>>;
  /** Sum over the parts. */
  readonly bytes: number;
  /** Bytes of the largest buffer, which one binding covers. */
  readonly largest: number;
}

/** Parameters, their reference, gradient and moments, and what goes with them. */
function policyBuffers(config: PolicyConfig): Lengths {
  const n = parameterLayout(config).length;
  const vectors = ['parameters', 'reference', 'gradients', 'firstMoment', 'secondMoment'];
  return new Map([
    ...vectors.map((label): [string, number] => [label, n]),
    ['normPartial', adamwPartialLength(n)],
    ['norm', 1],
    ['rope', (config.context * config.width) / config.heads],
    ['rollout.places', 2 + 6 * config.layers],
  ]);
}

/** A decoder's cache while it grows for the last time, its scratch and its heads; all in powers of 2. */
function samplingBuffers(config: PolicyConfig, sequences: number, tokens: number): Lengths {
  const { width: C, layers: L, vocabulary: V } = config;
  const room = Math.max(1024, 2 ** Math.ceil(Math.log2(tokens)));
  const caches = Array.from({ length: 2 * L }, (_, i): [string, number][] => [
    [`cache${i}`, room * C],
    [`cache${i} before`, room > 1024 ? (room / 2) * C : 0],
  ]);
  const rows = 2 ** Math.ceil(Math.log2(Math.min(tokens, DECODER_ROWS + config.context + sequences)));
  const perSequence = { logits: V, draws: 6 };
  return new Map([
    ...caches.flat().filter(([, length]) => length > 0),
    ...decodingBuffers(config, rows, 2 ** Math.ceil(Math.log2(tokens))),
    ...Object.entries(perSequence).map(([label, values]): [string, number] => [
      `head.${label}`,
      sequences * values + (label === 'draws' ? 6 * 64 : 0),
    ]),
  ]);
}
/** Rows of one pass of the decoder, before those of the sequence that passes it and the sequences' ends. */
const DECODER_ROWS = 4096;

/** Bytes of buffers that `work` with a policy needs; a minibatch of more rows than `passRows` goes in several passes. */
export function memoryPlan(
  config: PolicyConfig,
  { trained, scored = trained, distilled = false, sampled }: Work,
  rows = passRows(config),
): MemoryPlan {
  const policy = policyBuffers(config);
  const pass = Math.ceil(Math.min(Math.max(trained, Math.min(scored, SCORE_ROWS)), rows) / 64) * 64;
  const { vocabulary: V } = config;
  const training: Lengths = new Map([
    ...(pass > 0 ? trainingBuffers(config, pass, Math.max(trained, scored)) : []),
    ...(distilled ? [['teacher', pass * V] as const] : []),
  ]);
  const sampling: Lengths = new Map(
    sampled ? samplingBuffers(config, sampled.sequences, sampled.tokens) : [],
  );
  // Of the parameters a gradient is kept beside the sum over several passes.
  const accumulated = trained > rows ? tensorBytes(parameterLayout(config).length) : 0;
  // A pass gives back a log-probability a target and an entropy a row, and what a teacher says of a row.
  const logits = distilled ? 4 * V * Math.min(scored, SCORE_ROWS, rows) : 0;
  const read = Math.max(2 * 4 * pass, 3 * 4 * (sampled?.sequences ?? 0), logits);
  const parts = {
    policy: bytesOf(policy),
    training: bytesOf(training) + accumulated,
    sampling: bytesOf(sampling),
    transfer: UNIFORM_BYTES + stagingBytes(read),
  };
  return {
    parts,
    bytes: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0),
    largest: Math.max(...[policy, training, sampling].flatMap((part) => [...part.values()]).map(tensorBytes)),
  };
}

const fits = ({ bytes, largest }: MemoryPlan, { budgetBytes, bufferBytes }: MemoryLimits): boolean =>
  bytes <= budgetBytes && largest <= bufferBytes;

/** Rows of one pass for a policy of this shape: a larger batch is split, also where memory is short. */
export function passRows(
  config: PolicyConfig,
  limits: MemoryLimits = { budgetBytes: Infinity, bufferBytes: Infinity },
): number {
  const perRow = bytesOf(trainingBuffers(config, 1024, 1024)) / 1024;
  let rows = Math.max(256, Math.min(MAX_ROWS, Math.floor(PASS_BYTES / perRow)));
  while (rows > config.context && !fits(memoryPlan(config, { trained: rows }, rows), limits))
    rows = Math.max(config.context, Math.floor(rows / 128) * 64);
  return rows;
}

const mebibytes = (bytes: number): string =>
  bytes < 100 * 2 ** 20 ? `${(bytes / 2 ** 20).toPrecision(3)} MiB` : `${Math.ceil(bytes / 2 ** 20)} MiB`;

/**
 * The plan of `work`, before anything is allocated.
 * @throws InputError where it does not fit `limits`, with the most sequences of this length that would.
 */
export function requireMemory(config: PolicyConfig, work: Work, limits: MemoryLimits): MemoryPlan {
  const rows = passRows(config, limits);
  const plan = memoryPlan(config, work, rows);
  if (fits(plan, limits)) return plan;
  const { budgetBytes, bufferBytes } = limits;
  const [most, least] =
    plan.bytes > budgetBytes
      ? [`${mebibytes(budgetBytes)} of GPU memory in all (the budget)`, mebibytes(plan.bytes)]
      : [`buffers of ${mebibytes(bufferBytes)} (the adapter's limit)`, `one of ${mebibytes(plan.largest)}`];
  throw new InputError(
    `memory: expected at most ${most}, but ${config.name} (${config.layers} layers of ${config.width}) with ${inWords(work)} needs ${least}. ` +
      `${remedy(config, work, limits, rows, mebibytes(plan.bytes))}`,
  );
}

const inWords = ({ trained, sampled }: Work): string =>
  [
    ...(trained > 0 ? [`${trained} tokens a minibatch`] : []),
    ...(sampled
      ? [`${sampled.sequences} sequences of ${sampled.tokens / sampled.sequences} tokens sampled at once`]
      : []),
  ].join(' and ') || 'no work';

/** What would fit: fewer sequences sampled at once, or a smaller policy. */
function remedy(
  config: PolicyConfig,
  { trained, distilled, sampled }: Work,
  limits: MemoryLimits,
  rows: number,
  needed: string,
): string {
  if (sampled) {
    const length = sampled.tokens / sampled.sequences;
    let sequences = sampled.sequences;
    const fewer = (): MemoryPlan =>
      memoryPlan(config, { trained, distilled, sampled: { sequences, tokens: sequences * length } }, rows);
    while (sequences > 1 && !fits(fewer(), limits)) sequences = Math.floor(sequences / 2);
    if (fits(fewer(), limits)) return `${sequences} sequences at once would fit, or ${needed} of memory.`;
  }
  const least = memoryPlan(config, { trained: Math.min(trained, config.context), distilled }, rows);
  return fits(least, limits)
    ? `Without sampling it would fit.`
    : `It fits from ${mebibytes(Math.max(least.bytes, 0))} on: choose a smaller policy or a larger budget.`;
}
