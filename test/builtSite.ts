import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the built lab. */
    builtSite: string;
  }
}

/** Builds the lab once for all tests that open it, each in a copy of its own. */
export default async function builtSite(project: TestProject): Promise<() => void> {
  const root = new URL('..', import.meta.url).pathname;
  const outDir = mkdtempSync(join(tmpdir(), 'actguide-site-'));
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  project.provide('builtSite', outDir);
  return () => rmSync(outDir, { recursive: true, force: true });
}
