import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumArgs, findChromium } from './test/chromium.ts';

/** The first lines of what should be equal: long tensors of other bits would take minutes to compare line by line. */
const diff = { truncateThreshold: 200 };

/**
 * Three projects. `node`: no GPU. `dawn`: kernels and policy on Dawn for Node.
 * `browser`: the same kernel and policy tests in headless Chromium.
 * A file chooses its projects by its name: `*.gpu.test.ts` runs on both drivers,
 * `*.browser.test.ts` in the browser only, any other `*.test.ts` in plain Node.
 */
export default defineConfig({
  test: {
    reporters: ['default'],
    diff,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['{src,test}/**/*.test.ts'],
          exclude: ['**/*.gpu.test.ts', '**/*.browser.test.ts', '**/*.e2e.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'dawn',
          include: ['{src,test}/**/*.gpu.test.ts'],
          environment: 'node',
          setupFiles: ['test/dawnSetup.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Its gradients are written as browser modules, which Node cannot load by itself.
          server: { deps: { inline: [/@tensorflow\/tfjs-core/] } },
        },
      },
      {
        plugins: [svelte()],
        test: {
          name: 'browser',
          diff,
          include: ['{src,test}/**/*.gpu.test.ts', '{src,test}/**/*.browser.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            // Without a browser Playwright fails when it launches, so the other projects run all the same.
            provider: playwright({ launchOptions: { executablePath: findChromium(), args: chromiumArgs } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          globalSetup: ['test/builtSite.ts'],
          include: ['{src,test}/**/*.e2e.test.ts'],
          environment: 'node',
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
