// Draws the PNG icons of the installed site from public/icons/icon.svg, in headless Chromium:
//   node scripts/icons.js
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';

const folder = fileURLToPath(new URL('../public/icons', import.meta.url));
const svg = readFileSync(`${folder}/icon.svg`, 'utf8');
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const size of [180, 192, 512]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px}</style>${svg}`);
  await page.screenshot({ path: `${folder}/icon-${size}.png` });
}
await browser.close();
