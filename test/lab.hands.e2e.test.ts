import { afterAll, beforeAll, expect, it } from 'vitest';
import { chips, hands, row, tab, tried } from './handsOnPanel.ts';
import { flaws, sizes, startLab, type LabSite } from './labSite.ts';

let lab: LabSite;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.close());

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
    const viewport = sizes[theme === 'light' ? 1 : 2];
    const link = `?embed=hands-on&policy=nano&level=2&hide=start&theme=${theme}`;
    const { page } = await lab.open(link, { viewport });
    await hands(page).locator('.strip button').first().waitFor({ timeout: 60_000 });
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
      found.push(...(await flaws(page, `${theme} ${name}`)));
      await page.setViewportSize(viewport);
    }
    await page.context().close();
  }
  expect(found).toEqual([]);
});
