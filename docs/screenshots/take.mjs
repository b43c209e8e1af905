// Takes the screenshots of this folder from the built lab in headless Chromium:
//   node docs/screenshots/take.mjs [search of the lab's run]
// The run is real and takes a minute or two on a software adapter.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { build, createServer, preview } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const outDir = mkdtempSync(join(tmpdir(), 'actguide-screenshots-'));
const search =
  process.argv[2] ??
  '?view=lab&policy=nano&seed=3&steps=20&tasksPerStep=20&learningRate=0.002&warmupUpdates=8&evalEvery=5&evalTasks=16';

const loader = await createServer({ root, logLevel: 'error', server: { middlewareMode: true } });
const { chromiumArgs, chromiumPath } = await loader.ssrLoadModule('/test/chromium.ts');
await loader.close();
await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
const site = await preview({ root, logLevel: 'error', build: { outDir }, preview: { port: 0, open: false } });
const address = site.resolvedUrls.local[0];
const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });

const sizes = [
  ['', 1440, 900],
  ['-wide', 1920, 1080],
  ['-narrow', 390, 844],
];

async function shoot(page, name) {
  for (const theme of ['light', 'dark']) {
    await page.evaluate((value) => (document.documentElement.dataset.theme = value), theme);
    for (const [size, width, height] of sizes) {
      await page.setViewportSize({ width, height });
      await page.evaluate(() => scrollTo(0, 0));
      await page.waitForTimeout(700);
      await page.screenshot({ path: join(here, `${name}${theme === 'dark' ? '-dark' : ''}${size}.png`) });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.evaluate(() => (document.documentElement.dataset.theme = 'light'));
}

const lessons = await context.newPage();
await lessons.goto(address);
await lessons.getByRole('slider').fill('64');
await shoot(lessons, 'first-screen');
for (let i = 2; i <= 7; i++) {
  await lessons.getByRole('button', { name: `Lesson ${i}:` }).click();
  await lessons.locator('.says form input[type=radio]').last().check();
  await lessons.getByRole('button', { name: 'Show the answer' }).click();
  await lessons.waitForTimeout(1200);
  await lessons.screenshot({ path: join(here, `lesson-${i}.png`) });
}
await lessons.close();

const page = await context.newPage();
await page.goto(`${address}${search}`);
await page.getByText('as shipped (step 0)').waitFor({ timeout: 300_000 });
await page.getByRole('button', { name: 'Start', exact: true }).click();
for (let shown = ''; !(await page.getByText('Finished').count()); await page.waitForTimeout(2000)) {
  const [line] = (await page.locator('.progress p').innerText()).split('\n');
  if (line !== shown) console.log((shown = line));
}
await page.waitForTimeout(2000);
await page.getByRole('button', { name: 'Recompute' }).waitFor({ timeout: 300_000 });
await page.getByRole('button', { name: 'Measure' }).click();
await page.locator('#risk table').first().waitFor({ timeout: 300_000 });
await page.locator('#step .groups button.trainable').first().click();
await page.locator('#step tbody th button').last().click();
await page.locator('#anatomy .strip button').first().waitFor({ timeout: 60_000 });
await page.locator('#anatomy .strip button').nth(5).click();
await page.locator('#anatomy .path').waitFor({ timeout: 60_000 });
await shoot(page, 'lab');
for (const id of ['step', 'anatomy', 'risk', 'task', 'barrier'])
  await page.locator(`#${id}`).screenshot({ path: join(here, `${id}.png`) });
await page.getByRole('button', { name: 'Runs', exact: true }).click();
await page
  .getByRole('checkbox', { name: /Compare/ })
  .first()
  .check();
await page.waitForTimeout(800);
await shoot(page, 'runs');
await page.close();

// Hands on: a plan that was cut and changed, continuations from a state, and a task half solved by hand.
const hands = await context.newPage();
await hands.goto(`${address}?embed=hands-on&policy=nano&level=4&hide=start`);
await hands.locator('#hands-on .strip button').first().waitFor({ timeout: 300_000 });
await hands.locator('#hands-on .chip').nth(2).click();
await hands.getByRole('button', { name: 'Insert a noise action' }).click();
await hands.getByRole('slider', { name: 'Cut' }).press('ArrowLeft');
await hands.getByRole('slider', { name: 'Cut' }).press('ArrowLeft');
for (const name of ['This plan', 'Reference plan'])
  await hands.getByRole('row', { name }).locator('.rate').waitFor({ timeout: 300_000 });
await shoot(hands, 'hands-on');
await hands.getByRole('tab', { name: 'Re-roll' }).click();
await hands.locator('#hands-on .turns button').nth(2).click();
await hands.getByRole('button', { name: 'Re-roll', exact: true }).click();
await hands.locator('#hands-on .result').waitFor({ timeout: 300_000 });
await hands.locator('#hands-on').screenshot({ path: join(here, 'hands-on-reroll.png') });
await hands.getByRole('tab', { name: 'Be the demonstrator' }).click();
for (let turn = 0; turn < 2; turn++) {
  await hands
    .getByRole('button', { name: /^visit/ })
    .nth(turn)
    .click();
  await hands.waitForTimeout(400);
}
await hands.locator('#hands-on').screenshot({ path: join(here, 'hands-on-demonstrate.png') });
await hands.close();

const bare = await context.newPage();
await bare.addInitScript(() => {
  delete Navigator.prototype.gpu;
});
await bare.goto(`${address}?view=lab`);
await bare.locator('#barrier .barrier-interval').waitFor({ timeout: 300_000 });
await bare.setViewportSize({ width: 1440, height: 1100 });
await bare.screenshot({ path: join(here, 'without-webgpu.png') });

await browser.close();
await site.close();
rmSync(outDir, { recursive: true, force: true });
process.exit(0);
