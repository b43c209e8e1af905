import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flaws, rows, smallRun, startLab, type LabSite } from './labSite.ts';

let lab: LabSite;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.close());

const loaded = (page: Page) => page.getByText('as shipped').first().waitFor({ timeout: 60_000 });
const start = (page: Page) => page.getByRole('button', { name: 'Start', exact: true }).click();
const finished = (page: Page) => page.getByText('Finished').waitFor({ timeout: 240_000 });
const levels = (page: Page) => page.getByRole('radiogroup', { name: 'Level of the task' }).locator('label');

describe('switches of algorithm and world', () => {
  it('trains with the switches of a link, keeps them, and says in words what cannot work', async () => {
    const { page, errors } = await lab.open(
      smallRun({
        method: 'grpo',
        steps: '1',
        taskSet: 'walk',
        maxTurns: '6',
        dualClip: 'none',
        lock: 'guide',
      }),
    );
    await loaded(page);
    await expect.poll(() => levels(page).count(), { timeout: 60_000 }).toBe(3);
    await page.getByText('Algorithm and world: 3 changed').click();
    expect(await page.getByLabel('Guide', { exact: false }).first().isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: '− Fallback' }).isDisabled()).toBe(true);
    await page.getByText('GRPO sees no plan').waitFor();

    await page.getByLabel('Free thoughts').fill('2');
    await page.getByLabel('Free thoughts').press('Tab');
    await page.getByRole('alert').getByText('expected 0, as the policy was pretrained with, got 2').waitFor();
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('Free thoughts').fill('0');
    await page.getByRole('button', { name: '− Adaptive' }).click();
    expect(new URL(page.url()).searchParams.get('guidanceLevel')).toBe('1');
    await start(page);
    await finished(page);
    await page.getByText('with guidanceLevel 1, dualClip none, taskSet walk, maxTurns 6').waitFor();
    // Three levels in the curves, by name.
    expect((await rows(page, 'success'))[0]).toHaveLength(5);

    await page.getByRole('button', { name: 'As the preset “Paper”' }).click();
    await page.getByText('as shipped').first().waitFor({ timeout: 60_000 });
    await expect.poll(() => levels(page).count(), { timeout: 60_000 }).toBe(5);
    await page.getByLabel('Method', { exact: true }).selectOption('sft');
    await start(page);
    await finished(page);
    await page.getByRole('button', { name: 'Runs', exact: true }).click();
    const boxes = page.getByRole('checkbox', { name: /Compare/ });
    await expect.poll(() => boxes.count(), { timeout: 60_000 }).toBe(2);
    for (const box of await boxes.all()) await box.check();
    const differing = page.getByRole('region', { name: 'Settings that differ' });
    await differing.waitFor();
    const table = await differing.locator('tbody tr').allInnerTexts();
    expect(table.map((line) => line.split(/\s+/)[0])).toEqual([
      'method',
      'level',
      'dualClip',
      'taskSet',
      'maxTurns',
    ]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it.each(['light', 'dark'])('have no accessibility violation in the %s theme', async (theme) => {
    const found: string[] = [];
    const { page } = await lab.open(smallRun({ theme, deadEnds: 'true', manners: '4' }));
    await loaded(page);
    await page.getByText('Algorithm and world: 2 changed').click();
    found.push(...(await flaws(page, 'switches')));
    expect(found).toEqual([]);
    await page.context().close();
  });
});
