import { importOnnx, type ImportedPolicy } from '../src/policy/onnx/importOnnx.ts';

/** The bytes of a policy that ships under public/models; works in Node and in the browser. */
export async function shippedBytes(name: string): Promise<Uint8Array> {
  if (typeof window !== 'undefined') {
    const response = await fetch(`/models/${name}.onnx`);
    if (!response.ok) throw new Error(`models/${name}.onnx: expected 200, got ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
  const { readFile } = await import('node:fs/promises');
  return new Uint8Array(await readFile(new URL(`../public/models/${name}.onnx`, import.meta.url)));
}

/** A shipped policy, read as the lab reads it. */
export async function shipped(name: string): Promise<ImportedPolicy> {
  return importOnnx(await shippedBytes(name));
}
