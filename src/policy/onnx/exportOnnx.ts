import { create, toBinary } from '@bufbuild/protobuf';
import { InputError, ShapeError } from '../../core/errors.ts';
import { parameterLayout } from '../parameters.ts';
import type { PolicyConfig } from '../types.ts';
import { parseConfig } from './configSchema.ts';
import { crc32 } from './crc32.ts';
import { buildGraph } from './graph.ts';
import { ModelProtoSchema, type ModelProto } from './onnx_pb.ts';

/** Keys of our own entries in the file's metadata. */
export const metadataKeys = { config: 'actguide.config', checksum: 'actguide.crc32' } as const;

/** CRC-32 of the whole serialized model but for the checksum's own entry. */
export function modelChecksum(model: ModelProto): string {
  const metadataProps = model.metadataProps.filter(({ key }) => key !== metadataKeys.checksum);
  return crc32(toBinary(ModelProtoSchema, { ...model, metadataProps }));
}

/**
 * A policy as an ONNX file (opset 17, float32): the lab's one weight format. The graph's inputs and outputs
 * are described at `buildGraph`; config, checksum and `metadata` are in `metadata_props`.
 * `parameters` is the flat vector of `parameterLayout(config)`.
 *
 * @throws InputError for an invalid config, values that are not finite, or metadata keys under `actguide.`
 * @throws ShapeError when `parameters` has another length than the layout.
 */
export function exportOnnx(
  config: PolicyConfig,
  parameters: Float32Array,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const checked = parseConfig(config, 'exportOnnx', 'Correct the config.');
  const { length, views } = parameterLayout(checked);
  if (parameters.length !== length)
    throw new ShapeError(
      `exportOnnx: expected ${length} parameters, got ${parameters.length}. Lay them out as parameterLayout(config) does.`,
    );
  for (const { name, start, length: size } of views)
    if (!parameters.subarray(start, start + size).every(Number.isFinite))
      throw new InputError(
        `exportOnnx: expected finite values in ${name}, got NaN or infinity. Training diverged; go back to an earlier checkpoint.`,
      );
  const reserved = Object.keys(metadata).find((key) => key.startsWith('actguide.'));
  if (reserved !== undefined)
    throw new InputError(
      `exportOnnx: expected metadata keys outside "actguide.", got ${reserved}. Rename the key.`,
    );

  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: 'actguide-lab',
    opsetImport: [{ domain: '', version: 17n }],
    graph: buildGraph(checked, parameters),
    metadataProps: [
      { key: metadataKeys.config, value: JSON.stringify(checked) },
      ...Object.entries(metadata).map(([key, value]) => ({ key, value })),
    ],
  });
  const checksum = create(ModelProtoSchema, {
    metadataProps: [{ key: metadataKeys.checksum, value: modelChecksum(model) }],
  });
  model.metadataProps.push(...checksum.metadataProps);
  return toBinary(ModelProtoSchema, model);
}
