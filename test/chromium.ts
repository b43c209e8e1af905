import { existsSync } from 'node:fs';

const candidates = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
];

/** The installed Chromium or Chrome, if there is one. */
export const findChromium = (): string | undefined =>
  candidates.find((path): path is string => Boolean(path && existsSync(path)));

/** The installed Chromium or Chrome. @throws if there is none: browser tests are not skipped. */
export function chromiumPath(): string {
  const found = findChromium();
  if (!found)
    throw new Error(
      'tests: expected Chromium or Chrome, found none. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.',
    );
  return found;
}

/** Flags that give headless Chromium a software WebGPU adapter and keep it off the network. */
export const chromiumArgs = [
  '--headless=new',
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];
