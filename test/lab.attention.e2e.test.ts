import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flaws, rows, smallRun, startLab, type LabSite } from './labSite.ts';

let lab: LabSite;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.close());

describe('inside the policy', () => {
  it('shows attention and the next word at any place, and follows the other panels', async () => {
    const { page, errors } = await lab.open(smallRun({ level: '5' }));
    const panel = page.locator('#attention');
    await panel.locator('.heads button').first().waitFor({ timeout: 90_000 });
    // A mean and two layers of two heads.
    expect(await panel.locator('.heads button').count()).toBe(5);

    await page.locator('#task .strip button').nth(5).click();
    const word = await page.locator('#task .strip button').nth(5).innerText();
    const at = panel.locator('.strip button[aria-pressed=true]');
    const read = await panel.locator('.strip button').allInnerTexts();
    const t = await at.evaluate((node) =>
      [...node.parentElement!.querySelectorAll('button')].indexOf(node as HTMLButtonElement),
    );
    expect(read[t + 1]).toBe(word);
    expect(await panel.locator('tr.said th').first().innerText()).toBe(word);

    const weights = (await rows(page, 'attention')).map(([, , weight]) => Number(weight));
    expect(weights).toHaveLength(t + 1);
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 1);
    const before = await panel.locator('svg').first().getAttribute('aria-label');
    await panel.getByRole('button', { name: 'L2 H1' }).click();
    expect(await panel.locator('svg').first().getAttribute('aria-label')).not.toBe(before);
    const last = (await rows(page, 'attention')).map(([, , weight]) => Number(weight));
    expect(last).not.toEqual(weights);

    // The same place behind the other prompt, then by keyboard to the word before.
    await panel.getByText('without it').click();
    expect(await panel.locator('.strip button').count()).toBeLessThan(read.length);
    expect(await panel.locator('tr.said th').first().innerText()).toBe(word);
    await at.focus();
    await page.keyboard.press('Home');
    expect(await panel.locator('.strip button').first().getAttribute('aria-pressed')).toBe('true');
    await page.getByText('Nobody speaks here').waitFor();
    expect((await rows(page, 'attention')).map((row) => row[2])).toEqual(['1']);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('stands alone in another page, without violations in light and dark', async () => {
    const found: string[] = [];
    for (const theme of ['light', 'dark']) {
      const { page } = await lab.open(`?embed=attention&policy=nano&hide=start&theme=${theme}`);
      await page.locator('#attention .heads button').first().waitFor({ timeout: 90_000 });
      found.push(...(await flaws(page, theme)));
      await page.context().close();
    }
    expect(found).toEqual([]);
  });
});
