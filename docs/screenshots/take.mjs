// Takes the screenshots of this folder from a real run in headless Chromium:
//   node docs/screenshots/take.mjs [field=value …]     for example steps=64 tasksPerStep=32
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { build, createServer, preview } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const outDir = mkdtempSync(join(tmpdir(), 'actguide-screenshots-'));
const settings = process.argv.slice(2).map((argument) => argument.split('='));

const loader = await createServer({ root, logLevel: 'error', server: { middlewareMode: true } });
const { chromiumArgs, chromiumPath } = await loader.ssrLoadModule('/test/chromium.ts');
await loader.close();
await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
const site = await preview({ root, logLevel: 'error', build: { outDir }, preview: { port: 0, open: false } });
const address = site.resolvedUrls.local[0];
const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });

async function shoot(page, name, width, height) {
  await page.setViewportSize({ width, height });
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(here, `${name}.png`) });
}

const bare = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await bare.addInitScript(() => {
  delete Navigator.prototype.gpu;
});
await bare.goto(address);
await bare.locator('#barrier .barrier-interval').waitFor({ timeout: 300_000 });
await shoot(bare, 'without-webgpu', 1440, 1100);
await bare.close();

const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.goto(address);
await page.getByText('as shipped (step 0)').waitFor({ timeout: 300_000 });
for (const [field, value] of settings) await page.fill(`#${field}`, value);
await page.getByRole('button', { name: 'Start' }).click();
for (let shown = ''; !(await page.getByText('Finished').count()); await page.waitForTimeout(2000)) {
  const [line] = (await page.locator('.progress p').innerText()).split('\n');
  if (line !== shown) console.log((shown = line));
}
await page.waitForTimeout(2000);
await page.getByRole('button', { name: 'Recompute' }).waitFor({ timeout: 300_000 });
for (const theme of ['light', 'dark']) {
  await shoot(page, theme === 'light' ? 'lab' : 'lab-dark', 1440, 900);
  await shoot(page, `lab-${theme}-wide`, 1920, 1080);
  await shoot(page, `lab-${theme}-narrow`, 390, 844);
  await page.locator('.theme').click();
}
await page.setViewportSize({ width: 1440, height: 900 });
await page.getByRole('button', { name: 'unguided' }).click();
await page.locator('.outcome').getByText('unguided').waitFor({ timeout: 60_000 });
await page.locator('#task').screenshot({ path: join(here, 'task.png') });

await browser.close();
await site.close();
rmSync(outDir, { recursive: true, force: true });
