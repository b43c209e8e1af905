import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { sourcesIn } from './src/cli/provenance.ts';

/** COOP and COEP make the page cross-origin isolated, which gives onnxruntime-web its threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Files above this size are kept for use without a network when they are first used, not at once. */
const KEPT_AT_ONCE_BYTES = 2 * 2 ** 20;

/**
 * The service worker of the built site, with the list of its files: [path, revision, whether it is kept at once]. It
 * isolates the page on static hosts that cannot set headers, and keeps the site for use without a network.
 */
function serviceWorker(): Plugin {
  let publicDir = '';
  return {
    name: 'service-worker',
    apply: 'build',
    enforce: 'post',
    // Tests build with NODE_ENV=test, so PROD does not tell a built site from the development server.
    config: () => ({ define: { 'import.meta.env.VITE_SERVICE_WORKER': 'true' } }),
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle(_, bundle) {
      const built = Object.values(bundle).map((file): [string, string | Uint8Array] => [
        file.fileName,
        file.type === 'chunk' ? file.code : file.source,
      ]);
      const copied = readdirSync(publicDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path): [string, Uint8Array] => [
          relative(publicDir, path).replaceAll('\\', '/'),
          readFileSync(path),
        ]);
      const files = [...built, ...copied].map(([path, content]) => [
        path,
        createHash('sha256').update(content).digest('hex').slice(0, 16),
        Buffer.byteLength(content) <= KEPT_AT_ONCE_BYTES,
      ]);
      const source = readFileSync(new URL('src/lab/offline/serviceWorker.js', import.meta.url), 'utf8');
      this.emitFile({
        type: 'asset',
        fileName: 'serviceWorker.js',
        source: `const files = ${JSON.stringify(files)};\n${source}`,
      });
    },
  };
}

/** What the provenance of runs in the page names as their sources. */
const { commit, modified } = sourcesIn(import.meta.dirname);

export default defineConfig({
  base: './',
  define: {
    'import.meta.env.VITE_COMMIT': JSON.stringify(commit ?? undefined) ?? 'undefined',
    'import.meta.env.VITE_MODIFIED': JSON.stringify(modified ?? undefined) ?? 'undefined',
  },
  plugins: [svelte(), serviceWorker()],
  worker: { format: 'es' },
  server: { headers: isolation },
  preview: { headers: isolation },
  build: { target: 'esnext' },
});
