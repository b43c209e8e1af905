import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { sourcesIn } from './src/cli/provenance.ts';

/** COOP and COEP make the page cross-origin isolated, which gives onnxruntime-web its threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * Isolation on a static host that cannot set headers: the built page registers a service worker that adds
 * them. Where the host sets them already (`npm run preview`), the script finds the page isolated and rests.
 */
function isolationWorker(): Plugin {
  const fileName = 'coi-serviceworker.js';
  return {
    name: 'isolation-worker',
    apply: 'build',
    generateBundle() {
      const file = createRequire(import.meta.url).resolve('coi-serviceworker/coi-serviceworker.min.js');
      this.emitFile({ type: 'asset', fileName, source: readFileSync(file, 'utf8') });
    },
    transformIndexHtml: () => [{ tag: 'script', attrs: { src: `./${fileName}` }, injectTo: 'head-prepend' }],
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
  plugins: [svelte(), isolationWorker()],
  worker: { format: 'es' },
  server: { headers: isolation },
  preview: { headers: isolation },
  build: { target: 'esnext' },
});
