import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright';
import { preview } from 'vite';
import { inject } from 'vitest';
import { chromiumArgs, chromiumPath } from './chromium.ts';

/** A page of the lab, with what went wrong on it. */
export interface LabTab {
  readonly page: Page;
  readonly errors: string[];
}

/** The built lab on a local server with a browser before it. */
export interface LabSite {
  readonly address: string;
  readonly outDir: string;
  readonly browser: Browser;
  /** Opens `address + search` in a context of its own: nothing is kept from other tabs. */
  open(search?: string, options?: BrowserContextOptions): Promise<LabTab>;
  close(): Promise<void>;
}

export async function startLab(): Promise<LabSite> {
  const root = new URL('..', import.meta.url).pathname;
  const outDir = mkdtempSync(join(tmpdir(), 'actguide-lab-'));
  cpSync(inject('builtSite'), outDir, { recursive: true });
  const site = await preview({
    root,
    logLevel: 'error',
    build: { outDir },
    preview: { port: 0, open: false },
  });
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
  const address = site.resolvedUrls?.local[0] ?? '';
  return {
    address,
    outDir,
    browser,
    async open(search = '', options = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.goto(address + search);
      return { page, errors };
    },
    async close() {
      await browser.close();
      await site.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}

/** Rows of a panel's table, as text; opens the table if need be. */
export async function rows(page: Page, panel: string): Promise<string[][]> {
  const details = page.locator(`#${panel} details:has(> summary:text("Table"))`).first();
  if (!(await details.evaluate((node: HTMLDetailsElement) => node.open)))
    await details.locator('summary').click();
  await details.locator('table').waitFor();
  return details
    .locator('tbody tr')
    .evaluateAll((list) =>
      list.map((row) => Array.from(row.children, (cell) => cell.textContent?.trim() ?? '')),
    );
}

/** A small run's settings as a link holds them, some of them changed: a few seconds on a software adapter. */
export function smallRun(changed: Readonly<Record<string, string>> = {}): string {
  const small = {
    view: 'lab',
    policy: 'nano',
    steps: '4',
    tasksPerStep: '5',
    groupSize: '4',
    evalEvery: '2',
  };
  return `?${new URLSearchParams({ ...small, evalTasks: '8', ...changed }).toString()}`;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page, a line a rule. */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations: found } = await axe.run();
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  });
}

/** Screens that the lab is looked at on: a laptop's, a projector's, a telephone's. */
export const sizes = [
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
  { width: 390, height: 844 },
];

/** What is wrong with the page on each screen, a line each: what axe finds, and a page wider than the screen. */
export async function flaws(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const size of sizes) {
    await page.setViewportSize(size);
    // Charts take their width with the next frames.
    await page.evaluate(
      () =>
        new Promise((resolve) =>
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 50))),
        ),
    );
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    const wrong = [...(await violations(page)), ...(wide > 0 ? [`${wide} px wider than the screen`] : [])];
    found.push(...wrong.map((line) => `${size.width} ${name}: ${line}`));
  }
  await page.setViewportSize(sizes[0]);
  return found;
}
