import { InputError } from '../core/errors.ts';
import { crc32 } from '../policy/onnx/crc32.ts';
import { parameterLayout } from '../policy/parameters.ts';
import { requireKnownShape } from '../policy/knownShape.ts';
import { parseHeader, type RunHeader } from './schema.ts';
import type { RunCheckpoint, StoredRun } from './types.ts';

/**
 * One run in one file. Little endian:
 *   8 bytes  the text `ACTGRUN1`
 *   8 bytes  CRC-32 of all that follows, as hexadecimal text
 *   4 bytes  length of the header, u32
 *   header   JSON, padded with spaces so that the weights start at a multiple of 4
 *   weights  float32: base parameters, parameters, first and second moment; absent without a checkpoint
 */
const MAGIC = 'ACTGRUN1';
const START = 20;
/** No run of the lab is larger: `small` takes 62 MB. */
const MAX_BYTES = 128 * 2 ** 20;
const DAMAGED = 'The file is damaged or incomplete: export the run again.';

function refuse(expected: string, got: string, remedy: string): never {
  throw new InputError(`run file: expected ${expected}, got ${got}. ${remedy}`);
}

/** A run as the bytes of a file. */
export function encodeRun({ run, steps, checkpoint }: StoredRun): Uint8Array<ArrayBuffer> {
  const { name, notes, starred, createdAt, config, levels, adapter, start } = run;
  const header = {
    format: 1,
    run: { name, notes, starred, createdAt, config, levels, adapter, start },
    steps,
    checkpoint: checkpoint && {
      base: checkpoint.base.config,
      metadata: checkpoint.base.metadata ?? {},
      stepsDone: checkpoint.trainer.stepsDone,
      updates: checkpoint.trainer.updates,
      optimizerUpdates: checkpoint.trainer.policy.updates,
    },
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / 4) * 4;
  const tensors = checkpoint ? tensorsOf(checkpoint) : [];
  const floats = tensors.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(START + headerBytes + floats * 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, headerBytes, true);
  bytes.fill(32, START, START + headerBytes);
  bytes.set(text, START);
  let at = START + headerBytes;
  for (const tensor of tensors) {
    bytes.set(new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength), at);
    at += tensor.byteLength;
  }
  bytes.set(new TextEncoder().encode(MAGIC), 0);
  bytes.set(new TextEncoder().encode(crc32(bytes.subarray(16))), 8);
  return bytes;
}

/**
 * The run in a file, under the id `id`.
 * @throws InputError for a file that is no run, is damaged, or holds settings or weights that the lab cannot run.
 */
export function decodeRun(bytes: Uint8Array, id: string): StoredRun {
  const ascii = (from: number, to: number): string =>
    String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)));
  if (bytes.length > MAX_BYTES)
    refuse(`at most ${MAX_BYTES} bytes`, `${bytes.length}`, 'No run of the lab is that large.');
  if (ascii(0, 8) !== MAGIC)
    refuse(
      `a file that starts with ${MAGIC}`,
      bytes.length === 0 ? 'an empty file' : 'other bytes',
      'Choose a run that ActGuide Lab exported (.actguide).',
    );
  if (bytes.length < START) refuse(`at least ${START} bytes`, `${bytes.length}`, DAMAGED);
  const found = crc32(bytes.subarray(16));
  if (found !== ascii(8, 16)) refuse('an intact file', `another checksum (${found})`, DAMAGED);
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(16, true);
  if (START + headerBytes > bytes.length)
    refuse(`a header of ${headerBytes} bytes`, `${bytes.length - START}`, DAMAGED);
  const header = parseHeader(json(bytes.subarray(START, START + headerBytes)));
  const checkpoint = weightsOf(header, bytes.subarray(START + headerBytes));
  return {
    run: {
      ...header.run,
      id,
      stepsDone: header.steps.length,
      checkpointStep: header.checkpoint?.stepsDone ?? null,
    },
    steps: header.steps,
    checkpoint,
  };
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return refuse('a header in JSON', 'other text', DAMAGED);
  }
}

const tensorsOf = ({ base, trainer: { policy } }: RunCheckpoint): Float32Array[] => [
  base.parameters,
  policy.parameters,
  policy.firstMoment,
  policy.secondMoment,
];

/** The four weight vectors behind the header, each of the length its shape has. */
function weightsOf({ checkpoint, run }: RunHeader, bytes: Uint8Array): RunCheckpoint | null {
  if (!checkpoint) {
    if (bytes.length > 0) refuse('no bytes after the header', `${bytes.length}`, DAMAGED);
    return null;
  }
  const { base, metadata, stepsDone, updates, optimizerUpdates } = checkpoint;
  if (base.name !== run.config.policy)
    refuse(`weights of ${run.config.policy}`, `weights of ${base.name}`, 'Export the run again.');
  requireKnownShape(base);
  const { length } = parameterLayout(base);
  if (bytes.length !== 16 * length) refuse(`${16 * length} bytes of weights`, `${bytes.length}`, DAMAGED);
  const floats = new Float32Array(bytes.slice().buffer);
  if (!floats.every(Number.isFinite))
    refuse('finite weights', 'NaN or infinity', 'The run diverged; it cannot go on.');
  const part = (i: number): Float32Array => floats.slice(i * length, (i + 1) * length);
  return {
    base: { config: base, parameters: part(0), metadata },
    trainer: {
      policy: { parameters: part(1), firstMoment: part(2), secondMoment: part(3), updates: optimizerUpdates },
      stepsDone,
      updates,
    },
  };
}
