import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { InputError, ShapeError } from '../../core/errors.ts';
import { hash3 } from '../../core/random.ts';
import { initialParameters, parameterLayout } from '../parameters.ts';
import { policySizes, type PolicyConfig } from '../types.ts';
import { crc32 } from './crc32.ts';
import { exportOnnx } from './exportOnnx.ts';
import { importOnnx } from './importOnnx.ts';
import { ModelProtoSchema, type ModelProto } from './onnx_pb.ts';

const tiny: PolicyConfig = {
  name: 'tiny',
  vocabulary: 5,
  width: 4,
  layers: 1,
  heads: 2,
  feedForward: 3,
  context: 4,
};
const parameters = initialParameters(tiny, 1);
const file = exportOnnx(tiny, parameters, { seed: '1' });

/** The file with `change` made to it, as another tool would write it: without our checksum. */
function changed(change: (model: ModelProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, file);
  model.metadataProps = model.metadataProps.filter(({ key }) => key !== 'actguide.crc32');
  qkv(model).rawData = qkv(model).rawData.slice(); // a view of the file until now
  change(model);
  return toBinary(ModelProtoSchema, model);
}

const sameBits = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer)) === 0;

const qkv = (model: ModelProto) => model.graph!.initializer.find(({ name }) => name === '0.qkv')!;
const configEntry = (model: ModelProto) => model.metadataProps.find(({ key }) => key === 'actguide.config')!;

describe('exportOnnx and importOnnx', () => {
  it.each([tiny, policySizes.nano, policySizes.micro])('round trip of $name is bit-exact', (config) => {
    const before = initialParameters(config, 9);
    const bytes = exportOnnx(config, before, { note: 'ü', owner: '' });
    const back = importOnnx(bytes);
    expect(back.config).toEqual(config);
    expect({ ...back.metadata }).toEqual({ note: 'ü', owner: '' });
    expect(sameBits(back.parameters, before)).toBe(true);
    const again = exportOnnx(back.config, back.parameters, back.metadata);
    expect(Buffer.compare(again, bytes)).toBe(0);
  });

  it('keeps -0 and denormals, and leaves padding zero', () => {
    const before = initialParameters(tiny, 1);
    const { views } = parameterLayout(tiny);
    before.set([-0, 1e-42, 3.4028234663852886e38]);
    before[views[0].length] = 7; // padding after the embedding [5, 4]
    const back = importOnnx(exportOnnx(tiny, before)).parameters;
    expect([...back.subarray(0, 3)]).toEqual([-0, Math.fround(1e-42), 3.4028234663852886e38]);
    expect(back[views[0].length]).toBe(0);
  });

  it('names the initializers as the parameter layout does and says who made the file', () => {
    const model = fromBinary(ModelProtoSchema, file);
    const names = model.graph!.initializer.map(({ name }) => name);
    expect(names.slice(0, 8)).toEqual(parameterLayout(tiny).views.map(({ name }) => name));
    expect(model.producerName).toBe('actguide-lab');
    expect(model.opsetImport.map(({ version }) => version)).toEqual([17n]);
    expect(JSON.parse(configEntry(model).value)).toEqual(tiny);
  });

  it('reads what another tool wrote: no checksum, float_data in place of raw_data', () => {
    const bytes = changed((model) => {
      const tensor = qkv(model);
      tensor.floatData = [...new Float32Array(tensor.rawData.slice().buffer)];
      tensor.rawData = new Uint8Array();
    });
    expect(importOnnx(bytes).parameters).toEqual(parameters);
  });

  it('refuses to export what it would not import', () => {
    expect(() => exportOnnx(tiny, new Float32Array(3))).toThrow(ShapeError);
    expect(() => exportOnnx({ ...tiny, heads: 3 }, parameters)).toThrow(/width to be a multiple of heads/);
    expect(() => exportOnnx(tiny, parameters, { 'actguide.config': '' })).toThrow(InputError);
    const diverged = parameters.slice();
    diverged[0] = NaN;
    expect(() => exportOnnx(tiny, diverged)).toThrow(/finite values in embedding.*earlier checkpoint/);
  });
});

describe('importOnnx refuses', () => {
  const cases: [string, Uint8Array, RegExp][] = [
    ['an empty file', new Uint8Array(), /empty file.*export it again/],
    ['text', new TextEncoder().encode('{"weights": [1, 2]}'), /expected an ONNX file/],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), /expected an ONNX file/],
    ['a truncated file', file.subarray(0, file.length - 40), /no protobuf message/],
    ['trailing zeros', Uint8Array.of(...file, 0, 0, 0), /expected/],
    ['trailing fields', Uint8Array.of(...file, 0x08, 8), /repeated or trailing data/],
    ['a file twice', Uint8Array.of(...file, ...file), /twice/],
    [
      'a foreign model',
      changed((m) => (m.metadataProps = [])),
      /actguide\.config, got none.*Choose a policy/,
    ],
    ['config that is no JSON', changed((m) => (configEntry(m).value = '{')), /JSON in actguide\.config/],
    ['a bad config', changed((m) => (configEntry(m).value = '{"name":"x"}')), /policy config, vocabulary/],
    [
      'an absurd config',
      changed((m) => (configEntry(m).value = JSON.stringify({ ...tiny, width: 1e9 }))),
      /policy config, width/,
    ],
    [
      'a config larger than its weights',
      changed((m) => (configEntry(m).value = JSON.stringify({ ...tiny, vocabulary: 65536 }))),
      /embedding of shape \[65536, 4\], got \[5, 4\]/,
    ],
    ['a missing initializer', changed((m) => (qkv(m).name = 'other')), /initializer 0\.qkv, got none/],
    ['an initializer twice', changed((m) => (qkv(m).name = 'norm')), /norm twice/],
    ['a wrong shape', changed((m) => (qkv(m).dims = [12n, 4n])), /0\.qkv of shape \[4, 12\], got \[12, 4\]/],
    ['a wrong type', changed((m) => (qkv(m).dataType = 10)), /0\.qkv to be float32.*data type 10/],
    ['too few values', changed((m) => (qkv(m).rawData = new Uint8Array(8))), /48 values in 0\.qkv, got 2/],
    ['NaN', changed((m) => qkv(m).rawData.set([0, 0, 0xc0, 0x7f])), /finite values in 0\.qkv, got NaN at 0/],
    ['infinity', changed((m) => qkv(m).rawData.set([0, 0, 0x80, 0x7f], 4)), /got Infinity at 1/],
    ['no graph', toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n })), /without.*graph/],
  ];
  it.each(cases)('%s', (_, bytes, message) => {
    expect(() => importOnnx(bytes)).toThrow(InputError);
    expect(() => importOnnx(bytes)).toThrow(message);
  });

  it('a weight or a node changed behind the checksum', () => {
    const model = fromBinary(ModelProtoSchema, file);
    model.graph!.node[3].opType = 'Add';
    expect(() => importOnnx(toBinary(ModelProtoSchema, model))).toThrow(
      /expected checksum .* remove the metadata/,
    );
  });
});

/** Whatever happened to the bytes: the unchanged policy, or an InputError. */
function unharmed(bytes: Uint8Array): void {
  try {
    const back = importOnnx(bytes);
    expect(back.config).toEqual(tiny);
    expect(sameBits(back.parameters, parameters)).toBe(true);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
  }
}

describe('fuzzing importOnnx', () => {
  it('cut anywhere: refused', () => {
    for (let i = 0; i < 200; i++) {
      const end = Math.floor((i / 200) * file.length);
      expect(() => importOnnx(file.subarray(0, end)), `cut at ${end}`).toThrow(InputError);
    }
  });

  it('one bit flipped anywhere: the policy unharmed or an InputError', () => {
    for (let i = 0; i < file.length; i++) {
      const bytes = file.slice();
      bytes[i] ^= 1 << (i % 8);
      unharmed(bytes);
    }
  });

  it('many bytes overwritten, removed or repeated: the same', () => {
    for (let i = 0; i < 300; i++) {
      const bytes = file.slice();
      for (let j = 0; j < 1 + (i % 8); j++) bytes[hash3(1, i, j) % bytes.length] = hash3(2, i, j);
      unharmed(bytes);
      const [a, b] = [hash3(3, i, 0) % file.length, hash3(3, i, 1) % file.length];
      unharmed(Uint8Array.of(...file.subarray(0, a), ...file.subarray(b)));
    }
  });
});

it('crc32 agrees with the published check value', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe('cbf43926');
});
