import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Gpu } from '../kernels/gpu.ts';
import { usualTilings } from '../kernels/tilings.ts';
import { chooseKernels, tuningFile } from './tunings.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'actguide-tunings-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const tuning = { tilings: { product: 'shared', tn: 'plain' } } as const;

it('keeps tunings by key, in a folder it makes', async () => {
  const path = join(folder, 'cache', 'tunings.json');
  await tuningFile(path).set('a', tuning);
  await tuningFile(path).set('b', { tilings: { product: 'plain', tn: 'plain' } });
  expect(await tuningFile(path).get('a')).toEqual(tuning);
  expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')) as object)).toEqual(['a', 'b']);
});

it('does without a file that is damaged, and without a place to write', async () => {
  const path = join(folder, 'tunings.json');
  writeFileSync(path, '{"a": ');
  expect(await tuningFile(path).get('a')).toBeUndefined();
  await tuningFile(path).set('a', tuning);
  expect(await tuningFile(path).get('a')).toEqual(tuning);
  await expect(tuningFile(join(path, 'under a file')).set('a', tuning)).resolves.toBeUndefined();
  await expect(tuningFile('/proc/none/tunings.json').set('a', tuning)).resolves.toBeUndefined();
  expect(readdirSync(folder)).toEqual(['tunings.json']);
});

describe('chosen by hand', () => {
  afterEach(() => vi.unstubAllEnvs());

  const facts = { software: true, subgroupSize: 0, description: 'SwiftShader' };
  const chosen = async (environment: Record<string, string>) => {
    const gpu = {
      adapter: facts,
      recorder: { tilings: usualTilings(facts) },
      fusedRollouts: false,
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    await chooseKernels(gpu as unknown as Gpu, tuningFile(join(folder, 'tunings.json')));
    return [gpu.recorder.tilings.product, gpu.recorder.tilings.tn, gpu.fusedRollouts];
  };

  it('tiling of products and way of rollouts', async () => {
    expect(await chosen({})).toEqual(['plain', 'plain', false]);
    expect(await chosen({ ACTGUIDE_TILING: 'shared' })).toEqual(['shared', 'shared', false]);
    expect(await chosen({ ACTGUIDE_TILING: 'shared,plain' })).toEqual(['shared', 'plain', false]);
    expect(await chosen({ ACTGUIDE_TILING: '', ACTGUIDE_ROLLOUTS: 'fused' })).toEqual([
      'plain',
      'plain',
      true,
    ]);
  });

  it('what the adapter cannot do, or nobody knows, is refused with what there is', async () => {
    await expect(chosen({ ACTGUIDE_TILING: 'subgroups' })).rejects.toThrow(
      "ACTGUIDE_TILING: expected plain, shared on SwiftShader, got 'subgroups'. Choose one of these.",
    );
    await expect(chosen({ ACTGUIDE_TILING: '', ACTGUIDE_ROLLOUTS: 'plain' })).rejects.toThrow(
      "ACTGUIDE_ROLLOUTS: expected tree, fused, got 'plain'.",
    );
  });
});
