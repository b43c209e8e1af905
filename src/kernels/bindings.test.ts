import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import type { Op } from './op.ts';

const files = import.meta.glob<Record<string, unknown>>(['./*.ts', '!./*.test.ts'], { eager: true });
const isOp = (value: unknown): value is Op =>
  typeof value === 'object' && value !== null && 'wgsl' in value && 'kernels' in value;
const ops = Object.values(files).flatMap((module) => Object.values(module).filter(isOp));

describe('declared bindings match the WGSL', () => {
  it('every .wgsl file is declared by an op', () => {
    const shaders = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.wgsl'));
    expect(ops.map((op) => `${op.name}.wgsl`).sort()).toEqual(shaders.sort());
  });

  describe.each(ops.map((op) => [op.name, op] as const))('%s', (_, op) => {
    const reflected = new WgslReflect(op.wgsl);

    it('storage bindings: names, numbers, access', () => {
      const found = reflected.storage
        .toSorted((a, b) => a.binding - b.binding)
        .map((v) => [v.name, v.binding, v.access]);
      expect(found).toEqual(Object.entries(op.bindings).map(([name, access], i) => [name, i + 1, access]));
    });

    it('uniform fields: names, order, types, offsets', () => {
      const [uniform] = reflected.uniforms;
      expect(uniform.binding).toBe(0);
      const fields = uniform.members?.map((m) => [m.name, m.type.name, m.offset]);
      expect(fields).toEqual(Object.entries(op.dims).map(([name, type], i) => [name, type, i * 4]));
    });

    it('entry points use exactly the bindings they declare, at most 8, with at most 256 invocations', () => {
      const entries = reflected.entry.compute;
      expect(entries.map((e) => e.name).sort()).toEqual(Object.keys(op.kernels).sort());
      for (const entry of entries) {
        const used = entry.resources.filter((r) => r.binding > 0).map((r) => r.name);
        expect([...new Set(used)].sort(), entry.name).toEqual([...op.kernels[entry.name]].sort());
        expect(used.length).toBeLessThanOrEqual(8);
      }
    });
  });
});
