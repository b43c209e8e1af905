#!/usr/bin/env node
/**
 * Runs `src/cli/main.ts`. Node 20 reads no TypeScript, so the sources are bundled by Vite into
 * node_modules/.cache/actguide, once for each state of `src`: later starts only compare file times.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules/.cache/actguide');

/** Hash of names, sizes and times of all that goes into the bundle. */
function fingerprint() {
  const hash = createHash('sha256');
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.test)\.(ts|wgsl|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  for (const file of [...files, fileURLToPath(import.meta.url), join(root, 'package-lock.json')]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Bundles into a folder of its own and moves it in place: two commands may start at once. */
async function bundle(folder) {
  const { build } = await import('vite');
  mkdirSync(cache, { recursive: true });
  const minuteAgo = Date.now() - 60_000; // a younger one may be about to start
  for (const other of readdirSync(cache).map((name) => join(cache, name)))
    if (statSync(other).mtimeMs < minuteAgo) rmSync(other, { recursive: true, force: true });
  const draft = `${folder}-${process.pid}`;
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      ssr: 'src/cli/main.ts',
      outDir: draft,
      target: 'node20',
      minify: false,
      sourcemap: true,
      rolldownOptions: { output: { entryFileNames: 'main.js', codeSplitting: false } },
    },
  });
  if (existsSync(folder)) rmSync(draft, { recursive: true });
  else renameSync(draft, folder);
}

if (!existsSync(join(root, 'node_modules/vite'))) {
  console.error('actguide: expected installed packages, found none. Run `npm ci` in the project first.');
  process.exit(1);
}
const folder = join(cache, fingerprint());
if (!existsSync(folder)) await bundle(folder);
process.setSourceMapsEnabled(true);
const { main } = await import(pathToFileURL(join(folder, 'main.js')).href);
const exitCode = await main(process.argv.slice(2), root);
// Dawn's threads would keep Node alive; what is written to a pipe must be out before the exit.
process.stdout.write('', () => process.exit(exitCode));
