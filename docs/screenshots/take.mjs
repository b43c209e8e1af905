// Takes the screenshots of this folder from the built lab in headless Chromium:
//   node docs/screenshots/take.mjs [--only lessons,lab,…] [--all] [--out FOLDER]
// The runs in them are real; all of it takes some minutes on a software adapter. `--all` takes every view in every theme
// and size, whole pages included, to look at; without it the set of this folder.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { build, createServer, preview } from 'vite';
import { views } from './views.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: { only: { type: 'string' }, all: { type: 'boolean' }, out: { type: 'string' } },
});
const folder = values.out ?? fileURLToPath(new URL('.', import.meta.url));
const wanted = values.only?.split(',') ?? Object.keys(views);
for (const name of wanted)
  if (!(name in views)) throw new Error(`--only: expected ${Object.keys(views).join(', ')}, got ${name}.`);
mkdirSync(folder, { recursive: true });

const sizes = { '': [1440, 900], '-wide': [1920, 1080], '-narrow': [390, 844] };
const themes = ['light', 'dark', 'projector'];
const every = themes.flatMap((theme) => Object.keys(sizes).map((size) => `${theme}${size}`));

/** By the page's own button where there is one, so that it shows the theme it is in. */
async function setTheme(page, theme) {
  const current = () => page.evaluate(() => document.documentElement.dataset.theme);
  const button = page.locator('header button[aria-label^="Theme"]');
  if ((await button.count()) === 0)
    return page.evaluate((value) => (document.documentElement.dataset.theme = value), theme);
  while ((await current()) !== theme) await button.dispatchEvent('click');
}

/** Takes `page` in the given looks, such as `dark-narrow`; the file is named after both. */
async function shoot(page, name, looks) {
  for (const look of values.all ? every : looks) {
    const theme = themes.find((known) => look.startsWith(known));
    const size = look.slice(theme.length);
    await setTheme(page, theme);
    const [width, height] = sizes[size];
    await page.setViewportSize({ width, height });
    await page.mouse.move(0, 0);
    await page.evaluate(() => (document.activeElement?.blur(), scrollTo(0, 0)));
    await page.waitForTimeout(700);
    const file = join(folder, `${name}${theme === 'light' ? '' : `-${theme}`}${size}`);
    await page.screenshot({ path: `${file}.png` });
    if (!values.all) continue;
    // Panels out of sight are not painted otherwise.
    const all = await page.addStyleTag({ content: 'section { content-visibility: visible !important }' });
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${file}-whole.png`, fullPage: true });
    await all.evaluate((node) => node.remove());
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await setTheme(page, 'light');
}

const outDir = mkdtempSync(join(tmpdir(), 'actguide-screenshots-'));
const loader = await createServer({ root, logLevel: 'error', server: { middlewareMode: true } });
const { chromiumArgs, chromiumPath } = await loader.ssrLoadModule('/test/chromium.ts');
await loader.close();
await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
const site = await preview({ root, logLevel: 'error', build: { outDir }, preview: { port: 0, open: false } });
const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
for (const name of wanted) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await views[name]({
    page,
    open: (search) => page.goto(site.resolvedUrls.local[0] + search),
    shoot: (state, looks = ['light']) => shoot(page, state, looks),
    /** One panel by itself. */
    panel: (selector, state) => page.locator(selector).screenshot({ path: join(folder, `${state}.png`) }),
  });
  await context.close();
  console.log(name);
}
await browser.close();
await site.close();
rmSync(outDir, { recursive: true, force: true });
process.exit(0);
