import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flaws, sizes, startLab, violations, type LabSite } from './labSite.ts';

let lab: LabSite;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.close());

const guide = readFileSync(new URL('../docs/lab.md', import.meta.url), 'utf8')
  .split('## The first minute')[1]
  .split('\n## ')[0]
  .replace(/\s+/g, ' ');

/** Words of the guide's first minute, which has them in quotation marks. */
function said(words: string): string {
  expect(guide).toContain(`“${words}”`);
  return words;
}

/** Whether all of an element is within the window, without scrolling. */
function isOnScreen(node: Element): boolean {
  const { top, bottom } = node.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}

const lessonIds = ['policy', 'barrier', 'samples', 'plan', 'search', 'learning', 'too-much'];

describe('the first screen', () => {
  it.each([
    [1440, 900],
    [390, 844],
  ])(
    'leads in under a minute from GRPO stalling to ActGuide crossing, by what it says: %i×%i',
    async (width, height) => {
      const { page, errors } = await lab.open('?view=runs', { viewport: { width, height } });
      await page.addInitScript(() => {
        delete (Navigator.prototype as { gpu?: unknown }).gpu;
      });
      const began = Date.now();
      await page.goto(lab.address);

      // Every control is found by the words of the guide, which are those on the screen.
      expect(await page.locator('.lead p').innerText()).toBe(
        said('New here? Two methods train one policy on the same tasks. One stalls, one crosses a barrier.'),
      );
      const watch = page.getByRole('button', { name: said('Watch them train') });
      await expect(watch.evaluate(isOnScreen)).resolves.toBe(true);
      await watch.click();
      const ending = page.getByRole('status').filter({ hasText: /^After 64 steps/ });
      await ending.waitFor({ timeout: 40_000 });
      for (const seen of [ending, page.getByRole('img', { name: /^Unguided success on tasks with four/ })])
        await expect(seen.evaluate(isOnScreen)).resolves.toBe(true);
      const [actguide, grpo] = [...(await ending.innerText()).matchAll(/([\d.]+)\s%/g)].map((match) =>
        Number(match[1]),
      );
      expect(actguide).toBeGreaterThan(90);
      expect(grpo).toBeLessThanOrEqual(2);

      const next = page.getByRole('button', { name: said('Next: The barrier') });
      expect(await ending.innerText()).toContain(await next.innerText());
      await page
        .locator('summary', { hasText: said('Table') })
        .last()
        .click();
      await page.locator('.shows details tbody').waitFor();
      const table = await page
        .locator('.shows details tbody tr')
        .evaluateAll((list) =>
          list.map((row) => Array.from(row.children, (cell) => Number(cell.textContent))),
        );
      expect(table.map(([step]) => step)).toEqual([0, 8, 16, 24, 32, 40, 48, 56, 64]);
      expect(Math.max(...table.map((row) => row[2]))).toBeLessThanOrEqual(0.02);
      expect(table[0][1]).toBeLessThanOrEqual(0.02);
      expect(table.at(-1)?.[1]).toBeCloseTo(actguide / 100, 2);

      await next.click();
      await page.getByText(said('From where on does it manage alone?')).waitFor();
      await page.getByLabel(said('Only after the last alias')).check();
      await page.getByRole('button', { name: said('Show the answer') }).click();
      await page.getByText('As you guessed.').waitFor();
      await page.locator('.barrier-interval').waitFor();
      const seconds = (Date.now() - began) / 1000;
      expect(seconds).toBeLessThan(60);
      expect(errors).toEqual([]);
      await page.context().close();
    },
  );
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

  it.each(['light', 'dark', 'projector'].map((theme, i) => [theme, i] as const))(
    'have no accessibility violation and fit the screen in the %s theme',
    async (theme, first) => {
      const found: string[] = [];
      const { page } = await lab.open(`?theme=${theme}`, { reducedMotion: 'reduce' });
      for (const [index, id] of lessonIds.entries()) {
        await page.getByRole('button', { name: `Lesson ${index + 1}:` }).click();
        // Over the three themes each lesson is answered on each screen.
        await page.setViewportSize(sizes[(first + index) % sizes.length]);
        const options = page.locator('.says form input[type=radio]');
        await options.first().waitFor();
        found.push(...(await violations(page)).map((line) => `${id} unanswered: ${line}`));
        await options.first().check();
        await page.getByRole('button', { name: 'Show the answer' }).click();
        await page.locator('.says .answer').waitFor();
        found.push(...(await flaws(page, id)));
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
