import { readFileSync } from 'node:fs';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { items, type ItemFile } from '../src/experiments/index.ts';
import { flaws, startLab, type LabSite } from './labSite.ts';

let lab: LabSite;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.close());

const recorded = (item: string) =>
  JSON.parse(
    readFileSync(new URL(`../public/results/${item}.json`, import.meta.url).pathname, 'utf8'),
  ) as ItemFile;

async function saved(page: Page, kind: string): Promise<{ name: string; bytes: Buffer }> {
  const button = page.getByRole('group', { name: /^Save: / }).getByRole('button', { name: kind });
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

describe('recorded results', () => {
  it('are listed with their verdicts, and open with figure, claims, tables, provenance and files', async () => {
    const { page, errors } = await lab.open();
    await page.getByRole('button', { name: 'Reproduce', exact: true }).click();
    await page.getByText(/So far \d+ claims hold/).waitFor();
    const rows = page.locator('main li');
    expect(await rows.count()).toBe(items.length);
    const fig3 = recorded('fig3');
    const held = fig3.verdicts.filter(({ outcome }) => outcome === 'holds').length;
    expect(await rows.first().innerText()).toContain(`${held} hold`);

    await page.getByRole('link', { name: /^Figure 3/ }).click();
    await page.locator('#figure .points').first().waitFor();
    expect(new URL(page.url()).search).toContain('view=reproduce&item=fig3');
    expect(await page.locator('main').innerText()).toMatch(/Recorded with our own kernels on llvmpipe/);
    expect(await page.locator('#figure .panel').count()).toBe(fig3.figure?.panels.length);
    expect(await page.locator('#claims .claim').allInnerTexts()).toEqual(
      fig3.verdicts.map(({ claim }) => claim),
    );
    expect(await page.locator('#tables tbody tr').count()).toBe(fig3.tables[0].rows.length);
    expect(await page.locator('#provenance').innerText()).toContain(
      (fig3.provenance as { commit: string }).commit.slice(0, 12),
    );

    const csv = await saved(page, 'CSV');
    expect(csv.bytes.toString()).toBe(
      readFileSync(new URL('../public/results/fig3.csv', import.meta.url).pathname, 'utf8'),
    );
    expect(JSON.parse((await saved(page, 'JSON')).bytes.toString())).toEqual(fig3);
    const svg = (await saved(page, 'SVG')).bytes.toString();
    expect(svg).toContain('<title>Figure 3');
    expect(svg).not.toMatch(/var\(--|<script|class=/);
    expect((await saved(page, 'PNG')).bytes.subarray(1, 4).toString()).toBe('PNG');

    // By keyboard to the next, which ships or says that it does not; back leads to the list.
    await page.getByRole('heading', { name: /^Figure 3/ }).click();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: /^Figure 4/ }).waitFor();
    await page.goBack();
    await page.goBack();
    await page.getByRole('heading', { name: 'The paper, reproduced' }).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('say why a claim does not hold, and lead to the settings that isolate the cause', async () => {
    const { page } = await lab.open('?view=reproduce&item=table4');
    const open = recorded('table4').verdicts.filter(({ outcome }) => outcome !== 'holds');
    const [first] = open.filter(({ investigation }) => investigation?.tryIt);
    await page.locator('#claims .claim').first().waitFor();
    expect(await page.locator('#claims .why').count()).toBe(open.length);
    if (!first) return;
    await page.getByRole('link', { name: 'Try it in the lab' }).first().click();
    await expect.poll(() => new URL(page.url()).searchParams.get('view')).toBe('lab');
    expect(new URL(page.url()).searchParams.get('guidanceLevel')).toBe(
      String(first.investigation?.tryIt?.settings.options?.level),
    );
    await page.context().close();
  });

  it('show a figure alone, locked, without a GPU', async () => {
    const { page, errors } = await lab.open('?embed=figure&item=fig5&lock=all');
    await page.locator('figure .points').first().waitFor({ state: 'attached' });
    expect(await page.locator('header h1').count()).toBe(0);
    expect(await page.locator('.panel').count()).toBe(recorded('fig5').figure?.panels.length);
    await page.addInitScript(() => {
      delete (Navigator.prototype as { gpu?: unknown }).gpu;
    });
    await page.goto(`${lab.address}?view=reproduce&item=fig3`);
    await page.locator('#figure .points').first().waitFor();
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe('a run of one’s own', () => {
  it('stops, goes on after a reload with what is kept, and takes the recorded one’s place', async () => {
    const { page, errors } = await lab.open('?view=reproduce&item=fig3');
    const begin = async () => {
      await page.getByLabel('Base policy').selectOption('nano');
      await page.getByLabel('Seeds').selectOption('5');
      await page.getByRole('button', { name: /^Start/ }).click();
    };
    await page.locator('#figure .points').first().waitFor();
    await begin();
    await page.getByText(/[1-4] of 5 runs made/).waitFor({ timeout: 60_000 });
    // What it has made stays while it may need it.
    await page.getByText('It can be deleted once the run under way has ended.').waitFor({ timeout: 60_000 });
    expect(await page.getByRole('button', { name: /Delete/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    const soFar = page.getByText(/[1-4] of 5 runs so far/);
    await page.getByRole('button', { name: /^Start/ }).waitFor({ timeout: 60_000 });
    const made = Number(/(\d) of 5 runs so far/.exec(await soFar.innerText())?.[1]);

    await page.reload();
    await page.getByText(`${made} of 5 runs so far`).waitFor();
    await page.getByText(`${made} of 5 runs are kept`).waitFor();
    await begin();
    await page.getByText(`0 of ${5 - made} runs made`).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor({ timeout: 60_000 });
    const text = await page.locator('main').innerText();
    expect(text).toMatch(/Your run on .*, a quick look\./);
    expect(await page.locator('#claims').innerText()).not.toMatch(/\bholds$|undecided/m);
    expect(await page.getByText('A quick look: no verdict').count()).toBe(4);
    const own = JSON.parse((await saved(page, 'JSON')).bytes.toString()) as ItemFile;
    expect(own).toMatchObject({
      item: 'fig3',
      done: true,
      context: { base: 'nano', seeds: [11, 12, 13, 14, 15], quick: true },
    });
    expect(own.verdicts[0].values.length).toBeGreaterThan(0);
    const csv = (await saved(page, 'CSV')).bytes.toString();
    expect(csv.split('\n')[0]).toBe(
      readFileSync(new URL('../public/results/fig3.csv', import.meta.url).pathname, 'utf8').split('\n')[0],
    );

    await page.getByRole('button', { name: 'Back to the recorded result' }).click();
    await page.getByText('Nothing ran on this machine').waitFor();
    await page.getByRole('button', { name: 'Show your run' }).click();
    await page.getByRole('button', { name: 'Delete your run' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('Nothing ran on this machine').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe('the page', () => {
  it.each(['light', 'dark'])('has no accessibility violation in the %s theme', async (theme) => {
    const found: string[] = [];
    const { page } = await lab.open(`?view=reproduce&theme=${theme}`);
    for (const [search, ready] of [
      ['?view=reproduce', 'main li a'],
      ['?view=reproduce&item=table4', '#claims .claim'],
      ['?view=reproduce&item=fig3', '#figure .points'],
    ] as const) {
      await page.goto(`${lab.address}${search}&theme=${theme}`);
      await page.locator(ready).first().waitFor();
      found.push(...(await flaws(page, search)));
    }
    expect(found).toEqual([]);
    await page.context().close();
  });
});
