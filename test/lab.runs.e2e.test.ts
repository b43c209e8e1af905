import { readFileSync } from 'node:fs';
import { setTimeout as rest } from 'node:timers/promises';
import type { Download, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportOnnx } from '../src/policy/onnx/exportOnnx.ts';
import { importOnnx } from '../src/policy/onnx/importOnnx.ts';
import { flaws, rows, sizes, smallRun, startLab, violations, type LabSite } from './labSite.ts';
import { shipped } from './shipped.ts';

let lab: LabSite;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.close());

const loaded = (page: Page) => page.getByText('Base policy nano').waitFor({ timeout: 60_000 });
const start = (page: Page) => page.getByRole('button', { name: 'Start', exact: true }).click();
const finished = (page: Page) => page.getByText('Finished').waitFor({ timeout: 240_000 });

/** When the page may download again, in ms of `Date.now()`. */
let freeAt = 0;

/** Clicks what starts a download and gives back its bytes. */
async function saved(page: Page, click: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  // Chromium drops, without a word, what a frame downloads beyond ten files a second.
  await rest(Math.max(0, freeAt - Date.now()));
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  freeAt = Date.now() + 120;
  return { name: download.suggestedFilename(), bytes: await bytesOf(download) };
}

async function bytesOf(download: Download): Promise<Buffer> {
  return readFileSync(await download.path());
}

describe('runs that are kept', () => {
  it('survive a reload, go on where they were, and move as files', async () => {
    const { page, errors } = await lab.open(smallRun());
    await loaded(page);
    for (const step of [1, 2]) {
      await page.getByRole('button', { name: 'Step', exact: true }).click();
      await page.getByText(`Step ${step} of 4`, { exact: true }).waitFor({ timeout: 120_000 });
      await page.getByText('Paused', { exact: true }).waitFor({ timeout: 60_000 });
    }
    const curves = await rows(page, 'groups');
    await page.getByRole('button', { name: 'Runs', exact: true }).click();
    await page.getByText(`step ${curves.length} of 4`).waitFor();

    await page.reload();
    await page.getByText(`step ${curves.length} of 4`).waitFor();
    await page.getByLabel('Name of the run').fill('My run');
    await page.getByLabel('Name of the run').press('Tab');
    await page.getByRole('button', { name: 'Star My run' }).click();
    await page.getByRole('button', { name: 'Remove the star of My run' }).waitFor();

    // Go on: the kept steps are there again, the rest is made, and the run stays one run.
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByText('Paused', { exact: true }).waitFor({ timeout: 60_000 });
    const kept = await rows(page, 'groups');
    expect(kept).toEqual(curves);
    expect(kept).toHaveLength(2);
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await finished(page);
    expect((await rows(page, 'groups')).map(([step]) => step)).toEqual(['1', '2', '3', '4']);

    await page.getByRole('button', { name: 'Runs', exact: true }).click();
    await page.getByText('step 4 of 4').waitFor();
    const file = await saved(page, () => page.getByRole('button', { name: 'Export' }).click());
    expect(file.name).toBe('My-run.actguide');
    const json = await saved(page, () => page.getByRole('button', { name: 'JSON' }).click());
    const run = JSON.parse(json.bytes.toString()) as { name: string; starred: boolean; steps: unknown[] };
    expect(run).toMatchObject({ name: 'My run', starred: true });
    expect(run.steps).toHaveLength(4);

    const choose = page.getByLabel('Import a run');
    const damaged = Buffer.from(file.bytes);
    damaged[damaged.length - 9] ^= 1;
    await choose.setInputFiles({ name: 'damaged.actguide', mimeType: '', buffer: damaged });
    await page.getByRole('alert').getByText('another checksum').waitFor();
    expect(await page.getByLabel('Name of the run').count()).toBe(1);
    await choose.setInputFiles({ name: 'run.actguide', mimeType: '', buffer: file.bytes });
    await expect.poll(() => page.getByLabel('Name of the run').count()).toBe(2);

    // The imported run is chosen; with the first they make a comparison without differences.
    await page.getByRole('checkbox', { name: /Compare/, checked: false }).check();
    await page.getByRole('heading', { name: '2 runs compared' }).waitFor();
    await page.getByText('None: these runs have the same settings.').waitFor();
    expect(await violations(page)).toEqual([]);

    await page.getByRole('button', { name: 'Delete My run' }).first().click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await expect.poll(() => page.getByLabel('Name of the run').count()).toBe(1);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe('a kept run of a policy with free thoughts', () => {
  it('goes on after a reload, with which the policy’s own file is gone', async () => {
    const { config, parameters } = await shipped('nano');
    const pretraining = JSON.stringify({ mixture: { manners: 2 } });
    const file = Buffer.from(exportOnnx(config, parameters, { pretraining }));
    const { page, errors } = await lab.open(smallRun());
    await loaded(page);
    await page
      .getByLabel('Open a policy (ONNX)')
      .setInputFiles({ name: 'thinker.onnx', mimeType: '', buffer: file });
    await page.getByText('from your file').waitFor({ timeout: 60_000 });
    await page.getByText('Algorithm and world').click();
    await page.getByLabel('Free thoughts').fill('2');
    await page.getByLabel('Free thoughts').press('Tab');
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    await page.getByText('Step 1 of 4', { exact: true }).waitFor({ timeout: 120_000 });
    await page.getByText('Paused', { exact: true }).waitFor({ timeout: 60_000 });
    const curves = await rows(page, 'groups');

    await page.getByRole('button', { name: 'Runs', exact: true }).click();
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByText('Paused', { exact: true }).waitFor({ timeout: 60_000 });
    expect(await rows(page, 'groups')).toEqual(curves);
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    await page.getByText('Step 2 of 4', { exact: true }).waitFor({ timeout: 120_000 });
    expect((await rows(page, 'groups')).map(([step]) => step)).toEqual(['1', '2']);
    // The file of it still says how it was pretrained, so that it can be opened for another run.
    const onnx = await saved(page, () =>
      page.getByRole('button', { name: 'Download policy (ONNX)' }).click(),
    );
    expect(importOnnx(onnx.bytes).metadata.pretraining).toBe(pretraining);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe('the workbench', () => {
  it('looks inside a step, down to what the update did to one token', async () => {
    const { page, errors } = await lab.open(smallRun({ steps: '1' }));
    await loaded(page);
    await start(page);
    await finished(page);
    await page.locator('#step .groups button').first().waitFor({ timeout: 30_000 });
    const groups = page.locator('#step .groups button');
    expect(await groups.count()).toBe(5);
    await page.locator('#step .groups button.trainable').first().click();
    const advantages = await page
      .locator('#step table')
      .first()
      .locator('tbody tr td:nth-child(4)')
      .allInnerTexts();
    const sum = advantages.reduce((total, text) => total + Number(text), 0);
    expect(Math.abs(sum)).toBeLessThan(0.05);
    expect(advantages.some((text) => Number(text) > 0)).toBe(true);

    await page.locator('#step tbody th button').last().click();
    const tokens = page.locator('#anatomy .strip button');
    await tokens.first().waitFor({ timeout: 30_000 });
    await tokens.first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.locator('#anatomy .path').waitFor({ timeout: 30_000 });
    const path = await page.locator('#anatomy .path li').allInnerTexts();
    expect(path).toHaveLength(7);
    expect(path[0]).toMatch(/reward Y\s+[01]\b/);

    // The group's own task, close up; a word there points the other panels at its turn.
    await page.getByRole('button', { name: 'Show this task close up' }).click();
    await page.getByText('of step 1', { exact: false }).first().waitFor({ timeout: 60_000 });
    await page.locator('#task .strip button').nth(3).click();
    expect(await page.locator('#task li.chosen').count()).toBe(1);
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.locator('#risk table').first().waitFor({ timeout: 60_000 });
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('saves every chart as SVG, PNG and CSV, and the policy as ONNX', async () => {
    const { page, errors } = await lab.open(smallRun({ steps: '1', evalEvery: '1' }));
    await loaded(page);
    await start(page);
    await finished(page);
    await page.getByRole('button', { name: 'Recompute' }).waitFor({ timeout: 60_000 });
    const groups = page.getByRole('group', { name: /^Save: / });
    const count = await groups.count();
    expect(count).toBeGreaterThanOrEqual(7);
    const papers: (string | undefined)[] = [];
    const screens = ['light', 'dark'].flatMap((theme) => sizes.map((size) => ({ theme, size })));
    for (const { theme, size } of screens) {
      await page.setViewportSize(size);
      while ((await page.locator('html').getAttribute('data-theme')) !== theme)
        await page.keyboard.press('d');
      for (let i = 0; i < count; i++) {
        const group = groups.nth(i);
        const file = (kind: string) =>
          saved(page, () => group.getByRole('button', { name: kind }).click()).then(({ bytes }) => bytes);
        const lines = (await file('CSV')).toString().trim().split('\r\n');
        expect(lines.length).toBeGreaterThan(1);
        const svg = (await file('SVG')).toString();
        expect(svg).toContain('<title>');
        expect(svg).not.toMatch(/var\(--|<script|class=/);
        if (i === 0) papers.push(/<rect[^>]*fill="([^"]+)"/.exec(svg)?.[1]);
        const png = await file('PNG');
        expect(png.subarray(1, 4).toString()).toBe('PNG');
        expect(png.readUInt32BE(16)).toBeGreaterThan(300);
      }
    }
    // A picture is on the paper of the theme that it was saved in.
    expect(new Set(papers).size).toBe(2);
    const onnx = await saved(page, () =>
      page.getByRole('button', { name: 'Download policy (ONNX)' }).click(),
    );
    expect(onnx.name).toBe('nano-step-1.onnx');
    await page
      .getByLabel('Open a policy (ONNX)')
      .setInputFiles({ name: 'mine.onnx', mimeType: '', buffer: onnx.bytes });
    await page.getByText('from your file').waitFor({ timeout: 60_000 });
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('shows one panel, locked, when a link says so', async () => {
    const { page, errors } = await lab.open(`?embed=barrier&hide=start&lock=all`);
    await page.locator('#barrier .barrier-interval').waitFor({ timeout: 120_000 });
    expect(await page.locator('main section').count()).toBe(1);
    expect(await page.locator('header h1').count()).toBe(0);
    expect(errors).toEqual([]);
    await page.goto(`${lab.address}?view=lab&lock=method,start,files,theme&hide=seed`);
    await page.getByText('Base policy micro').waitFor({ timeout: 60_000 });
    await page.getByText('Algorithm and world').click();
    expect(await page.getByLabel('Method', { exact: true }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true);
    expect(await page.getByLabel('Seed', { exact: true }).count()).toBe(0);
    expect(await page.getByLabel('Steps', { exact: true }).isEnabled()).toBe(true);
    await page.context().close();
  });

  it.each([
    ['light', 1440],
    ['dark', 390],
    ['projector', 1920],
  ])('has no accessibility violation in the %s theme, driven at a width of %i', async (theme, width) => {
    const found: string[] = [];
    const viewport = sizes.find((size) => size.width === width);
    const { page } = await lab.open(smallRun({ steps: '1', theme }), { viewport });
    await loaded(page);
    await start(page);
    await finished(page);
    await page.locator('#step tbody th button').last().click({ timeout: 30_000 });
    await page.locator('#anatomy .strip button').first().click({ timeout: 30_000 });
    await page.locator('#anatomy .path').waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.locator('#risk table').first().waitFor({ timeout: 60_000 });
    await page
      .locator('details:has(> summary:text("Table"))')
      .evaluateAll((list: HTMLDetailsElement[]) => list.forEach((table) => (table.open = true)));
    await page.locator('details[open] table').nth(6).waitFor();
    await page.getByText('Algorithm and world').click();
    found.push(...(await flaws(page, 'lab')));
    for (const view of ['runs', 'twin']) {
      await page.goto(`${lab.address}?view=${view}&theme=${theme}`);
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      if (view === 'runs') {
        await page.getByRole('checkbox', { name: /Compare/ }).check();
        await page.locator('#comparison').waitFor();
      }
      found.push(...(await flaws(page, view)));
    }
    expect(found).toEqual([]);
    await page.context().close();
  });
});

describe('twin runs', () => {
  it('spend the same rollouts on the same tasks, side by side', async () => {
    const { page, errors } = await lab.open(
      '?view=twin&policy=nano&tasksPerStep=5&groupSize=4&evalEvery=4&evalTasks=4',
    );
    await page.getByLabel('Rollouts each').selectOption('512');
    await page.getByRole('button', { name: 'Start both' }).click();
    await page.getByRole('button', { name: 'Start both' }).waitFor({ timeout: 240_000 });
    const text = await page.locator('.status').innerText();
    const spent = [...text.matchAll(/([\d,]+) rollouts/g)].map(([, count]) => Number(count.replace(',', '')));
    expect(spent).toHaveLength(2);
    for (const count of spent) expect(count).toBeGreaterThanOrEqual(512);
    // One step of ActGuide takes 20 rollouts and its probes.
    expect(Math.abs(spent[0] - spent[1])).toBeLessThan(120);
    const table = await rows(page, 'twin');
    expect(table[0].slice(1)).toEqual([table[0][1], table[0][1]]);
    const found: string[] = [];
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => (document.documentElement.dataset.theme = name), theme);
      found.push(...(await flaws(page, `twin ${theme}`)));
    }
    expect(found).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
