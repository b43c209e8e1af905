import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallRun, startLab, type LabSite } from './labSite.ts';

let lab: LabSite;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.close());

describe('the built site', () => {
  it('works without a network once opened: a lesson plays and a run starts', async () => {
    const { page, errors } = await lab.open();
    const foreign: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(lab.address) && !/^(data|blob):/.test(request.url()))
        foreign.push(request.url());
    });
    await page.getByText('works without a network').waitFor({ timeout: 120_000 });
    await page.context().setOffline(true);

    await page.reload();
    const slider = page.getByRole('slider');
    await slider.waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Play', exact: false }).first().click();
    await expect.poll(async () => Number(await slider.inputValue()), { timeout: 30_000 }).toBeGreaterThan(3);
    await page.getByRole('button', { name: 'Lesson 3:' }).click();

    await page.goto(lab.address + smallRun());
    await page.getByText('as shipped').first().waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Step 1 of 4', { exact: true }).waitFor({ timeout: 120_000 });
    for (const view of ['runs', 'twin']) {
      await page.goto(`${lab.address}?view=${view}`);
      await page.getByRole('heading', { level: 2 }).first().waitFor({ timeout: 30_000 });
    }
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('says when a newer version waits, and reloads with it on the person’s word', async () => {
    const { page } = await lab.open();
    await page.getByText('works without a network').waitFor({ timeout: 120_000 });
    const script = join(lab.outDir, 'serviceWorker.js');
    const before = readFileSync(script, 'utf8');
    writeFileSync(script, `${before}\n// A newer version.\n`);
    await page.reload();
    const notice = page.getByRole('status', { name: 'New version' });
    await notice.waitFor({ timeout: 60_000 });
    const reloaded = page.waitForEvent('load');
    await notice.getByRole('button', { name: 'Reload' }).click();
    await reloaded;
    await page.getByText('works without a network').waitFor({ timeout: 60_000 });
    expect(await notice.count()).toBe(0);
    await page.context().close();
  });

  it('can be installed: a manifest with icons that are there, in the sizes it says', async () => {
    const { page } = await lab.open();
    const manifest = await page.evaluate(async () => {
      const { href } = document.querySelector<HTMLLinkElement>('link[rel=manifest]')!;
      const found = (await (await fetch(href)).json()) as {
        start_url: string;
        display: string;
        icons: { src: string; sizes: string; purpose?: string }[];
      };
      const sizes = await Promise.all(
        found.icons.map(async ({ src }) => {
          const image = new Image();
          image.src = new URL(src, href).href;
          await image.decode();
          return `${image.naturalWidth}x${image.naturalHeight}`;
        }),
      );
      return { ...found, sizes, start: new URL(found.start_url, href).href };
    });
    expect(manifest.start).toBe(lab.address);
    expect(manifest.display).toBe('standalone');
    expect(manifest.sizes.slice(1)).toEqual(manifest.icons.slice(1).map(({ sizes }) => sizes));
    expect(manifest.icons.map(({ purpose }) => purpose)).toContain('maskable');
    await page.context().close();
  });
});
