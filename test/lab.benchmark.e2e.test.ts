import { readFileSync } from 'node:fs';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchmarkResult } from '../src/lab/benchmark/results.ts';
import { startLab, violations, type LabSite } from './labSite.ts';

let lab: LabSite;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.close());

/** Chooses these suites and no other, at the smallest size, three turns each. */
async function choose(page: Page, ...titles: readonly string[]): Promise<void> {
  const boxes = page.locator('#measure input[type=checkbox]');
  await boxes.first().waitFor();
  for (const box of await boxes.all()) await box.uncheck();
  for (const title of titles) await page.getByRole('checkbox', { name: title, exact: true }).check();
  await page.getByLabel('Size of the cases').selectOption('small');
  await page.getByLabel('Turns a case').selectOption('3');
}

async function saved(page: Page, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).click(),
  ]);
  return readFileSync(await download.path(), 'utf8');
}

const table = (page: Page) =>
  page
    .locator('#results table tr')
    .evaluateAll((list) =>
      list.map((row) => Array.from(row.children, (cell) => cell.textContent?.trim() ?? '')),
    );

/** `12.3 ms` or `1.20 s` as milliseconds. */
function milliseconds(text: string): number {
  const [value, unit] = text.split(' ');
  return Number(value) * (unit === 's' ? 1000 : 1);
}

describe('a measurement', () => {
  it('ends in a table with positive times, rates below the ceilings, curves, and files that say the same', async () => {
    const { page, errors } = await lab.open();
    await page.getByRole('button', { name: 'Benchmark', exact: true }).click();
    await expect.poll(() => new URL(page.url()).search).toBe('?view=benchmark');
    await choose(page, 'Ceilings of the adapter', 'Train step', 'Sampling', 'Cost curves');
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    await page.getByText(/turn \d of 3, .* left of this case/).waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: 'Measure', exact: true }).waitFor({ timeout: 240_000 });

    const { records, ...result } = JSON.parse(await saved(page, 'Save as JSON')) as BenchmarkResult;
    expect(result.request).toEqual({
      suites: ['ceilings', 'train', 'sample', 'scaling'],
      turns: 3,
      size: 'small',
      seed: 7,
    });
    expect(await page.locator('main').innerText()).toContain(`Your machine: ${result.adapter} (software)`);
    const count = (suite: string) => records.filter((record) => record.suite === suite).length;
    expect(['ceilings', 'train', 'sample', 'scaling'].map(count)).toEqual([2, 1, 1, 11]);
    for (const { medianMs = 0, lowMs = 0, highMs = 0, turns } of records) {
      expect(lowMs).toBeGreaterThan(0);
      expect(medianMs).toBeGreaterThanOrEqual(lowMs);
      expect(highMs).toBeGreaterThanOrEqual(medianMs);
      expect(turns).toBe(3);
    }

    const [head, ...rows] = await table(page);
    const column = (name: string) => rows.map((row) => row[head.indexOf(name)]);
    expect(rows).toHaveLength(records.length);
    for (const [i, median] of column('median').entries())
      expect(milliseconds(median) / (records[i].medianMs ?? 0)).toBeCloseTo(1, 1);
    const train = records.findIndex(({ suite }) => suite === 'train');
    const most = records.find(({ at }) => at.kernel === 'multiply-add')?.gflops ?? 0;
    const share = (records[train].gflops ?? 0) / most;
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(1);
    expect(parseFloat(column('of the ceiling')[train])).toBeCloseTo(100 * share, -1);
    expect(records[train].peakBytes).toBeGreaterThan(2 ** 20);

    const csv = (await saved(page, 'Save as CSV')).trim().split('\n');
    expect(csv).toHaveLength(records.length + 1);
    expect(csv[train + 1].split(',')[4]).toBe(String(records[train].medianMs));

    const panels = await page.locator('#cost .title').allInnerTexts();
    expect(panels).toEqual([
      'A step and its parts',
      'Train step against batch',
      'Train step against context length',
      'Train step against model size',
      'Sampling against group size',
    ]);
    const svg = await saved(page, 'SVG');
    expect(svg).toContain('<title>Benchmark: cost');
    expect(svg).toContain('sequences of 48 tokens');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('stops at once, keeps what is measured, and measures again', async () => {
    const { page, errors } = await lab.open('?view=benchmark');
    await choose(page, 'Ceilings of the adapter', 'Memory over time');
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    await page.locator('#results tbody tr').nth(1).waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('Stopped before its end.').waitFor({ timeout: 1000 });
    const kept = await page.locator('#results tbody tr').count();
    await page.waitForTimeout(1500);
    expect(await page.locator('#results tbody tr').count()).toBe(kept);

    await choose(page, 'Ceilings of the adapter');
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    await page.getByRole('button', { name: 'Measure', exact: true }).waitFor({ timeout: 120_000 });
    expect(await page.locator('#results tbody tr').count()).toBe(2);
    expect(await page.getByText('Stopped before its end.').count()).toBe(0);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe('the page', () => {
  it('shows the recorded comparison with the peers as recorded, without WebGPU too', async () => {
    const { page, errors } = await lab.open();
    await page.addInitScript(() => {
      delete (Navigator.prototype as { gpu?: unknown }).gpu;
    });
    await page.goto(`${lab.address}?view=benchmark`);
    await page.locator('#peers tbody tr').first().waitFor();
    const text = await page.locator('#peers').innerText();
    expect(text).toMatch(/Recorded on .+, \d+ cores .+20\d\d-\d\d-\d\d/);
    for (const library of ['ActGuide Lab (WebGPU)', 'jax-js (WebGPU)', 'TensorFlow.js (WebGPU)'])
      expect(text).toContain(library);
    expect(await page.getByRole('button', { name: 'Measure', exact: true }).isDisabled()).toBe(true);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it.each(['light', 'dark', 'projector'])(
    'has no accessibility violation and fits the screen in the %s theme',
    async (theme) => {
      const { page } = await lab.open(`?view=benchmark&theme=${theme}`);
      await choose(page, 'Ceilings of the adapter', 'Train step');
      await page.getByRole('button', { name: 'Measure', exact: true }).click();
      await page.locator('#cost .bars').first().waitFor({ state: 'attached', timeout: 120_000 });
      await page.getByRole('button', { name: 'Measure', exact: true }).waitFor({ timeout: 60_000 });
      const found: string[] = [];
      for (const [width, height] of [
        [1440, 900],
        [1920, 1080],
        [390, 844],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.waitForTimeout(200);
        found.push(...(await violations(page)).map((line) => `${width}: ${line}`));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) found.push(`${width}: ${wide} px wider than the screen`);
      }
      expect(found).toEqual([]);
      await page.context().close();
    },
  );
});
