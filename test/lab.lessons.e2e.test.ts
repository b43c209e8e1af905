import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type LabSite } from './labSite.ts';

let lab: LabSite;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.close());

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong on the page, a line each. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations: found } = await axe.run();
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  });
}

const sizes = [
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
  { width: 390, height: 844 },
];
const lessonIds = ['policy', 'barrier', 'samples', 'plan', 'search', 'learning', 'too-much'];

describe('the first screen', () => {
  it('shows a living lesson within two seconds, without a GPU, from at most 250 kB of script', async () => {
    const { page } = await lab.open('?view=runs');
    await page.addInitScript(() => {
      delete (Navigator.prototype as { gpu?: unknown }).gpu;
    });
    const began = Date.now();
    await page.goto(lab.address);
    await page.getByRole('button', { name: /Ivo/ }).first().waitFor();
    const interactive = Date.now() - began;
    const scripts = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name).pathname)
        .filter((path) => path.endsWith('.js')),
    );
    const kilobytes = scripts.reduce(
      (sum, path) => sum + gzipSync(readFileSync(join(lab.outDir, path))).length / 1000,
      0,
    );
    expect(kilobytes).toBeGreaterThan(50);
    expect(kilobytes).toBeLessThan(250);
    // The machine of the tests is slow and shared; two seconds are meant for a laptop.
    expect(interactive).toBeLessThan(process.env.CI ? 6000 : 4000);
    const before = await page.getByText(/^Step \d+ of 64$/).textContent();
    await expect.poll(() => page.getByText(/^Step \d+ of 64$/).textContent()).not.toBe(before);
    await page.context().close();
  });

  it('leads in under a minute from GRPO stalling to ActGuide crossing, by what the screen says', async () => {
    const { page, errors } = await lab.open();
    const began = Date.now();
    await page.getByText('Step 64 of 64').waitFor({ timeout: 40_000 });
    const legend = page.locator('.shows ul').first();
    expect(await legend.innerText()).toMatch(/ActGuide\s+0\.9\d/);
    expect(await legend.innerText()).toMatch(/GRPO\s+0$/);
    for (const next of [
      'Next: The barrier',
      'Next: Why more samples cannot help',
      'Next: A plan in the prompt',
      'Next: How much to guide',
      'Next: Learning without the plan',
    ])
      await page.getByRole('button', { name: next }).click();
    await page.getByLabel('Nearly always').check();
    await page.getByRole('button', { name: 'Show the answer' }).click();
    await page.getByText('As you guessed.').waitFor();
    await page.getByText('Step 64 of 64').waitFor({ timeout: 40_000 });
    expect(Date.now() - began).toBeLessThan(60_000);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe('the lessons', () => {
  it.each(lessonIds.map((id, i) => [id, i] as const))(
    'ask, and answer from the recording: %s',
    async (id, index) => {
      const { page, errors } = await lab.open(`?lesson=${id}`);
      const options = page.locator('.says form input[type=radio]');
      await options.first().waitFor();
      const show = page.locator('.says form button[type=submit]');
      expect(await show.isDisabled()).toBe(true);
      // By keyboard: into the radio group, down once, on to the button.
      await options.first().focus();
      await page.keyboard.press('ArrowDown');
      expect(await options.nth(1).isChecked()).toBe(true);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.locator('.says .answer').waitFor();
      expect(await page.locator('.says .answer').innerText()).toMatch(/\d/);
      expect(await page.locator('.says label.right').count()).toBe(1);
      expect(await page.getByText('Guess first.').count()).toBe(0);
      if (index < 6) await page.locator('.says math').first().waitFor();
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await page.keyboard.press('ArrowRight');
      await expect
        .poll(() => new URL(page.url()).search)
        .toBe(`?lesson=${lessonIds[Math.min(6, index + 1)]}`);
      expect(errors).toEqual([]);
      await page.context().close();
    },
  );

  it.each(['light', 'dark', 'projector'])(
    'have no accessibility violation and fit the screen in the %s theme',
    async (theme) => {
      const found: string[] = [];
      const { page } = await lab.open(`?theme=${theme}`, { reducedMotion: 'reduce' });
      for (const [index, id] of lessonIds.entries()) {
        await page.getByRole('button', { name: `Lesson ${index + 1}:` }).click();
        const options = page.locator('.says form input[type=radio]');
        await options.first().waitFor();
        if (id === 'barrier') found.push(...(await violations(page)).map((line) => `unanswered: ${line}`));
        await options.first().check();
        await page.getByRole('button', { name: 'Show the answer' }).click();
        await page.locator('.says .answer').waitFor();
        for (const viewport of sizes) {
          await page.setViewportSize(viewport);
          await page.waitForTimeout(150);
          found.push(...(await violations(page)).map((line) => `${viewport.width} ${id}: ${line}`));
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          if (wide > 0) found.push(`${viewport.width} ${id}: ${wide} px wider than the screen`);
        }
        await page.setViewportSize(sizes[0]);
      }
      expect(found).toEqual([]);
      await page.context().close();
    },
  );

  it('stand still for those who ask for less motion', async () => {
    const { page } = await lab.open('', { reducedMotion: 'reduce' });
    await page.getByText('Step 0 of 64').waitFor();
    await page.waitForTimeout(1000);
    expect(await page.getByText('Step 0 of 64').count()).toBe(1);
    await page.context().close();
  });
});

describe('links and keys', () => {
  it('names what a link may not say, and uses safe values instead', async () => {
    const { page, errors } = await lab.open(
      '?view=runs&groupSize=1e9&__proto__=x&lock=%3Cimg%20src=x%20onerror=alert(1)%3E',
    );
    const notice = page.getByRole('status', { name: 'About the link' });
    await notice.waitFor();
    const text = await notice.innerText();
    expect(text).toContain('groupSize: expected an integer from 2 to 64, got 1000000000. 8 is used instead.');
    expect(text).toContain('“__proto__”, which the lab does not know');
    expect(text).toContain('“<img src=x onerror=alert(1)>”');
    expect(await page.locator('img').count()).toBe(0);
    expect(new URL(page.url()).search).toBe('?view=runs');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await notice.count()).toBe(0);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('lists the shortcuts, obeys them, and goes back', async () => {
    const { page } = await lab.open();
    await page.getByText(/^Step \d+ of 64$/).waitFor();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await dialog.waitFor();
    expect(await dialog.locator('kbd').count()).toBeGreaterThan(8);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Runs kept in this browser' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'What a policy sees' }).waitFor();
    await page.keyboard.press('d');
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await page.context().close();
  });
});
