import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { chromium, type Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumArgs, chromiumPath } from './chromium.ts';

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};
const subPath = '/courses/rl/lab/';
const dist = mkdtempSync(join(tmpdir(), 'actguide-dist-'));
let server: Server;
let browser: Browser;

/** A static host that sets no headers but the type, and knows the site under a sub-path only. */
function staticHost(folder: string): Server {
  return createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname);
    const inside = normalize(path.slice(subPath.length)) || '.';
    const file = join(folder, inside === '.' ? 'index.html' : inside);
    try {
      if (!path.startsWith(subPath)) throw new Error('outside the site');
      const body = readFileSync(file);
      response
        .writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' })
        .end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
}

beforeAll(async () => {
  execFileSync(
    process.execPath,
    ['node_modules/vite/bin/vite.js', 'build', '--outDir', dist, '--emptyOutDir'],
    {
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  server = staticHost(dist);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(dist, { recursive: true, force: true });
});

test('the built site works from a sub-path of a host without headers, cross-origin isolated', async () => {
  const page = await browser.newPage();
  const missing: string[] = [];
  page.on('response', (response) => {
    if (response.status() >= 400) missing.push(`${response.status()} ${response.url()}`);
  });
  const { port } = server.address() as AddressInfo;
  await page.goto(`http://127.0.0.1:${port}${subPath}`);
  // The service worker takes over by reloading the page once.
  await page.waitForFunction(() => globalThis.crossOriginIsolated, undefined, { timeout: 60_000 });
  expect(await page.title()).toBe('ActGuide Lab');
  await page.waitForSelector('#app > *');
  expect(missing).toEqual([]);
});
