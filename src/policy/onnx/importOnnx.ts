import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { InputError } from '../../core/errors.ts';
import { parameterLayout, type ParameterView } from '../parameters.ts';
import type { PolicyConfig } from '../types.ts';
import { parseConfig } from './configSchema.ts';
import { metadataKeys, modelChecksum } from './exportOnnx.ts';
import {
  ModelProtoSchema,
  TensorProto_DataType as DataType,
  type ModelProto,
  type TensorProto,
} from './onnx_pb.ts';

export interface ImportedPolicy {
  readonly config: PolicyConfig;
  /** The flat vector of `parameterLayout(config)`; padding is zero. */
  readonly parameters: Float32Array<ArrayBuffer>;
  /** The file's metadata but for our own entries. */
  readonly metadata: Readonly<Record<string, string>>;
}

const AGAIN = 'The file is damaged or incomplete: download or export it again.';
const FOREIGN = 'Choose a policy that ActGuide Lab exported.';

function refuse(expected: string, got: string, remedy: string): never {
  throw new InputError(`importOnnx: expected ${expected}, got ${got}. ${remedy}`);
}

function decode(bytes: Uint8Array): ModelProto {
  if (bytes.length === 0) refuse('an ONNX file', 'an empty file', AGAIN);
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse('an ONNX file', `bytes that are no protobuf message (${reason})`, `${AGAIN} ${FOREIGN}`);
  }
  if (model.irVersion <= 0n || !model.graph)
    refuse('an ONNX file', 'a protobuf message without IR version or graph', `${AGAIN} ${FOREIGN}`);
  return model;
}

/** Metadata by key. An object without prototype, so that no key of a file can reach one. */
function metadataOf(model: ModelProto): Record<string, string> {
  const entries = Object.create(null) as Record<string, string>;
  for (const { key, value } of model.metadataProps) {
    if (key in entries) refuse('distinct metadata keys', `${JSON.stringify(key)} twice`, AGAIN);
    entries[key] = value;
  }
  return entries;
}

function configOf(text: string): PolicyConfig {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    refuse(`JSON in ${metadataKeys.config}`, 'other text', AGAIN);
  }
  return parseConfig(data, 'importOnnx', AGAIN);
}

/** A file that carries our checksum must be, byte for byte, what we would write. */
function verifyChecksum(model: ModelProto, bytes: Uint8Array, expected: string): void {
  const canonical = toBinary(ModelProtoSchema, model).length;
  if (canonical !== bytes.length)
    refuse(`${canonical} bytes`, `${bytes.length}, with repeated or trailing data`, AGAIN);
  const checksum = modelChecksum(model);
  if (checksum !== expected)
    refuse(
      `checksum ${expected}`,
      checksum,
      `${AGAIN} If a tool changed it on purpose, let the tool remove the metadata entry ${metadataKeys.checksum}.`,
    );
}

/** The tensor of a view, checked in everything but its values. */
function tensorOf(
  tensors: ReadonlyMap<string, TensorProto>,
  { name, shape, length }: ParameterView,
): TensorProto {
  const tensor = tensors.get(name);
  if (!tensor) return refuse(`initializer ${name}`, 'none of that name', FOREIGN);
  const { dataType, dims, floatData, rawData } = tensor;
  if (dataType !== (DataType.FLOAT as number))
    refuse(`${name} to be float32 (data type 1)`, `data type ${dataType}`, 'Export it in float32.');
  if (dims.length !== shape.length || shape.some((size, i) => BigInt(size) !== dims[i]))
    refuse(`${name} of shape [${shape.join(', ')}]`, `[${dims.join(', ')}]`, FOREIGN);
  const stored = floatData.length || rawData.length / 4;
  if (stored !== length)
    refuse(
      `${length} values in ${name}`,
      `${stored}`,
      `${AGAIN} Weights in a second file (external data) are not supported.`,
    );
  return tensor;
}

function copyTensor({ name, floatData, rawData }: TensorProto, out: Float32Array): void {
  const bytes = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  for (let i = 0; i < out.length; i++) {
    const value = floatData.length > 0 ? floatData[i] : bytes.getFloat32(i * 4, true);
    if (!Number.isFinite(value)) refuse(`finite values in ${name}`, `${value} at ${i}`, AGAIN);
    out[i] = value;
  }
}

/**
 * Reads the policy out of an ONNX file that {@link exportOnnx} wrote, or that another tool wrote with the
 * same initializer names and an `actguide.config` entry. The round trip is bit-exact. The graph is not
 * judged, but a file with our checksum is refused if a single byte of it differs.
 *
 * @throws InputError for any other file: reason and remedy are in the message.
 */
export function importOnnx(bytes: Uint8Array): ImportedPolicy {
  const model = decode(bytes);
  const entries = metadataOf(model);
  const { [metadataKeys.config]: configText, [metadataKeys.checksum]: checksum, ...metadata } = entries;
  if (configText === undefined)
    refuse(
      `a metadata entry ${metadataKeys.config}`,
      'none',
      `It is incomplete or no policy of the lab. ${FOREIGN}`,
    );
  const config = configOf(configText);
  if (checksum !== undefined) verifyChecksum(model, bytes, checksum);
  else if (model.$unknown?.length) refuse('fields of ONNX alone', 'unknown fields after the model', AGAIN);

  const tensors = new Map<string, TensorProto>();
  for (const tensor of model.graph?.initializer ?? []) {
    if (tensors.has(tensor.name)) refuse('distinct initializers', `${tensor.name} twice`, AGAIN);
    tensors.set(tensor.name, tensor);
  }
  // Every size is checked against the file before memory of that size is taken.
  const layout = parameterLayout(config);
  const checked = layout.views.map((view) => tensorOf(tensors, view));
  const parameters = new Float32Array(layout.length);
  layout.views.forEach(({ start, length }, i) =>
    copyTensor(checked[i], parameters.subarray(start, start + length)),
  );
  return { config, parameters, metadata };
}
