import { describe, expect, it } from 'vitest';
import { crc32 } from '../policy/onnx/crc32.ts';
import { decodeRun, encodeRun } from './runFile.ts';
import { storedRun } from './testing/storedRun.ts';

const stored = storedRun();
const bytes = encodeRun(stored);

/** The file with a changed header and a checksum that fits. */
function forged(change: (header: Record<string, never>) => void): Uint8Array {
  const length = new DataView(bytes.buffer).getUint32(16, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(20, 20 + length))) as Record<
    string,
    never
  >;
  change(header);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 4) * 4;
  const weights = bytes.subarray(20 + length);
  const file = new Uint8Array(20 + padded + weights.length).fill(32);
  file.set(bytes.subarray(0, 8));
  file.set(text, 20);
  file.set(weights, 20 + padded);
  new DataView(file.buffer).setUint32(16, padded, true);
  file.set(new TextEncoder().encode(crc32(file.subarray(16))), 8);
  return file;
}

describe('a run file', () => {
  it('gives back settings, metrics, notes and every weight', () => {
    expect(decodeRun(bytes, 'run-1')).toEqual(stored);
    expect(decodeRun(bytes, 'other').run.id).toBe('other');
  });

  it('holds a run without weights too', () => {
    const bare = { ...stored, run: { ...stored.run, checkpointStep: null }, checkpoint: null };
    expect(decodeRun(encodeRun(bare), 'run-1')).toEqual(bare);
  });

  it('reads bytes that lie within a larger buffer', () => {
    const larger = new Uint8Array(bytes.length + 7);
    larger.set(bytes, 7);
    expect(decodeRun(larger.subarray(7), 'run-1')).toEqual(stored);
  });

  it.each([
    ['an empty file', new Uint8Array(), 'got an empty file'],
    ['another file', new TextEncoder().encode('PNG and something else'), 'starts with ACTGRUN1'],
    ['only its start', bytes.subarray(0, 12), 'at least 20 bytes'],
    ['half of it', bytes.subarray(0, bytes.length / 2), 'another checksum'],
    ['one flipped bit', bytes.map((b, i) => (i === bytes.length - 5 ? b ^ 1 : b)), 'another checksum'],
  ])('refuses %s and says why', (_, file, reason) => {
    expect(() => decodeRun(file, 'x')).toThrow(reason);
    expect(() => decodeRun(file, 'x')).toThrow(expect.objectContaining({ name: 'InputError' }));
  });

  it.each([
    [
      'a setting out of range',
      'config: groupSize: expected an integer from 2 to 64, got 1e+9',
      { path: ['run', 'config', 'groupSize'], value: 1e9 },
    ],
    [
      'an unknown setting',
      'config: runConfig: expected known settings, got script',
      { path: ['run', 'config', 'script'], value: 'alert(1)' },
    ],
    ['a measurement that is no number', 'in steps.1.kl', { path: ['steps', '1', 'kl'], value: '0' }],
    ['a step out of place', 'expected step 1 in place 1, got 2', { path: ['steps', '1', 'step'], value: 2 }],
    [
      'weights from the future',
      'a step up to 3, got step 9',
      { path: ['checkpoint', 'stepsDone'], value: 9 },
    ],
    [
      'a shape that is not its name’s',
      'expected width 32',
      { path: ['checkpoint', 'base', 'width'], value: 64 },
    ],
    ['a foreign version', 'in format', { path: ['format'], value: 2 }],
  ])('refuses %s, whatever its checksum says', (_, reason, { path, value }) => {
    const file = forged((header) => {
      let at: Record<string, unknown> = header;
      for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
      at[path[path.length - 1]] = value;
    });
    expect(() => decodeRun(file, 'x')).toThrow(reason.replace('1e+9', '1000000000'));
  });

  it('refuses weights that are not finite', () => {
    const broken = storedRun();
    broken.checkpoint?.trainer.policy.parameters.fill(NaN, 0, 1);
    expect(() => decodeRun(encodeRun(broken), 'x')).toThrow('expected finite weights');
  });
});
