import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLab, type LabSite } from './labSite.ts';

let lab: LabSite;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.close());

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const hands = (page: Page): Locator => page.locator('#hands-on');
const tab = (page: Page, name: string): Promise<void> => page.getByRole('tab', { name }).click();
const chips = (page: Page): Promise<string[]> =>
  hands(page)
    .locator('.chip')
    .evaluateAll((list) =>
      list.map((chip) =>
        (chip.textContent ?? '')
          .replace(/\s+/g, ' ')
          .replace(/ ([:,])/g, '$1')
          .trim(),
      ),
    );
const row = (page: Page, name: string): Locator => hands(page).getByRole('row', { name });
const tried = (page: Page): Promise<void> =>
  row(page, 'This plan').locator('.rate').waitFor({ timeout: 60_000 });

it('by keyboard: tabs, cut, edit, demonstrate, undo; a failed demonstration is kept out with the reason', async () => {
  const { page, errors } = await lab.open('?embed=hands-on&policy=nano&level=2&hide=start');
  await hands(page).locator('.strip button').first().waitFor({ timeout: 60_000 });
  const { keyboard } = page;
  await page.getByRole('tab', { name: 'Play with the plan' }).focus();
  await keyboard.press('Tab');
  const all = (await chips(page)).length;
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('slider');
  await keyboard.press('Home');
  await keyboard.press('ArrowRight');
  expect((await chips(page)).filter((name) => name.endsWith('cut off'))).toHaveLength(all - 1);
  await keyboard.press('Tab');
  await keyboard.press('ArrowRight');
  await keyboard.press('Delete');
  expect(await chips(page)).toHaveLength(all - 1);
  await page.waitForFunction(() => document.activeElement?.classList.contains('chip'));
  await keyboard.press('Enter');
  expect(await page.getByRole('group', { name: 'Action 2' }).count()).toBe(1);
  await tried(page);

  await page.getByRole('tab', { name: 'Play with the plan' }).focus();
  await keyboard.press('ArrowRight');
  await keyboard.press('ArrowRight');
  expect(await page.getByRole('tab', { name: 'Be the demonstrator' }).getAttribute('aria-selected')).toBe(
    'true',
  );
  // Tab to the tools, then to the choices; the start is the one name that is known.
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  await keyboard.press('ArrowRight');
  await keyboard.press('Enter');
  const done = hands(page).locator('ol[aria-label="What you did"] li');
  await done.first().waitFor();
  expect(await done.first().innerText()).toMatch(/^visit \w+/);
  await keyboard.press('Backspace');
  await expect.poll(() => done.count()).toBe(0);
  await page.getByRole('radio', { name: 'visit' }).focus();
  await keyboard.press('ArrowRight');
  await keyboard.press('ArrowRight');
  await keyboard.press('Tab');
  await keyboard.press('ArrowRight');
  await keyboard.press('Enter');
  await hands(page).getByText('It is no demonstration: actions: expected them to earn the reward').waitFor();
  await tab(page, 'Action data');
  await hands(page).getByText('No demonstration yet').waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
});

it('has no accessibility violation and fits, on every page of it', async () => {
  const found: string[] = [];
  for (const theme of ['light', 'dark']) {
    const { page } = await lab.open(`?embed=hands-on&policy=nano&level=2&hide=start&theme=${theme}`);
    await hands(page).locator('.strip button').first().waitFor({ timeout: 60_000 });
    await page.evaluate(axeSource);
    for (const name of ['Play with the plan', 'Re-roll', 'Be the demonstrator', 'Action data']) {
      await tab(page, name);
      if (name === 'Play with the plan') {
        await hands(page).locator('.chip').first().click();
        await page.getByRole('button', { name: /^Try this plan/ }).click();
        await row(page, 'Reference plan').locator('.rate').waitFor({ timeout: 60_000 });
      } else if (name === 'Re-roll') {
        await page.getByRole('button', { name: 'Re-roll', exact: true }).click();
        await hands(page).locator('.result').waitFor({ timeout: 60_000 });
      } else if (name === 'Be the demonstrator')
        await page
          .getByRole('button', { name: /^visit/ })
          .first()
          .click();
      for (const [width, height] of [
        [1440, 900],
        [1920, 1080],
        [390, 844],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.waitForTimeout(100);
        found.push(
          ...(
            await page.evaluate(async () => {
              const { axe } = globalThis as unknown as {
                axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
              };
              const { violations } = await axe.run();
              const wide = document.documentElement.scrollWidth - innerWidth;
              return [
                ...violations.map(
                  ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
                ),
                ...(wide > 0 ? [`${wide} px wider than the screen`] : []),
              ];
            })
          ).map((text) => `${theme} ${width} ${name}: ${text}`),
        );
      }
    }
    await page.context().close();
  }
  expect(found).toEqual([]);
});
