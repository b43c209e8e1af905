import { readFileSync } from 'node:fs';
import { chromium, type Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumArgs, chromiumPath } from './chromium.ts';
import { flaws, rows, startLab, type LabSite } from './labSite.ts';

let lab: LabSite;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.close());

const ready = (page: Page) => page.getByText('Base policy micro').waitFor({ timeout: 60_000 });

describe('the lab with WebGPU', () => {
  let page: Page;
  let errors: string[];

  beforeEach(async () => {
    ({ page, errors } = await lab.open('?view=lab'));
    return () => page.context().close();
  });

  it('shows the barrier of the shipped policy before any training', async () => {
    await page.locator('#barrier .barrier-interval').waitFor({ timeout: 120_000 });
    const table = await rows(page, 'barrier');
    expect(await page.locator('#barrier .shift-bars rect').count()).toBe(table.length);
    expect(await page.getByText('as shipped (step 0)').count()).toBe(1);

    // Four stale aliases: the queries are where the plan matters, and alone the policy gets nowhere.
    const shift = (wanted: boolean) => {
      const values = table.filter(
        ([, , role], i) => (role === 'argument' && table[i - 2][0] === 'search') === wanted,
      );
      return values.reduce((sum, row) => sum + Number(row[3]), 0) / values.length;
    };
    expect(shift(true)).toBeGreaterThan(5 * shift(false));
    expect(Number(table[0][4])).toBe(0);
    expect(errors).toEqual([]);
  });

  it('trains as a person would drive it', async () => {
    await ready(page);
    await page.getByLabel('Policy', { exact: true }).selectOption('nano');
    await page.getByText('Base policy nano').waitFor({ timeout: 60_000 });
    await page.getByLabel('Method', { exact: true }).selectOption('actguide');

    // Bad input gets a message beside its field, and nothing can be started.
    await page.getByLabel('Group N', { exact: true }).fill('0');
    const message = page.locator('#groupSize-problem');
    await message.waitFor();
    expect(await message.textContent()).toContain('groupSize');
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true);

    await page.getByLabel('Steps', { exact: true }).fill('4');
    await page.getByLabel('Tasks M', { exact: true }).fill('5');
    await page.getByLabel('Group N', { exact: true }).fill('4');
    await page.getByLabel('Evaluate every', { exact: true }).fill('2');
    await page.getByLabel('Eval. tasks', { exact: true }).fill('8');
    expect(await message.count()).toBe(0);

    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Step 1 of 4', { exact: true }).waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor({ timeout: 120_000 });
    const pausedAt = (await rows(page, 'groups')).length;
    expect(pausedAt).toBeGreaterThanOrEqual(1);
    expect(await page.getByText(`Step ${pausedAt} of 4`, { exact: true }).count()).toBe(1);

    // One step at a time, then on to the end.
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    await page.getByText(`Step ${pausedAt + 1} of 4`, { exact: true }).waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Finished').waitFor({ timeout: 240_000 });

    expect((await rows(page, 'groups')).map(([step]) => step)).toEqual(['1', '2', '3', '4']);
    for (const row of await rows(page, 'groups')) {
      const [, trainable, allFail, allPass] = row.map(Number);
      expect(trainable + allFail + allPass).toBeCloseTo(1, 2);
    }
    const success = await rows(page, 'success');
    expect(success.map(([step]) => step)).toEqual(['0', '2', '4']);
    for (let level = 0; level < 5; level++)
      expect(await page.locator(`#success path.point-level-${level}`).count()).toBe(success.length);

    // Another task, and Figure 3 from the weights of now.
    await page.getByRole('radio', { name: '3 stale' }).click();
    await page.getByText('A page hides behind 3 aliases').waitFor();
    await page.locator('#barrier').getByText('after step 4').waitFor({ timeout: 120_000 });
    expect(await page.locator('#barrier .barrier-interval').count()).toBe(1);
    await page.getByRole('button', { name: 'Recompute' }).click();
    await page.getByRole('button', { name: 'Recompute' }).waitFor({ timeout: 120_000 });
    await page.locator('#task .transcript').waitFor();
    expect(await page.locator('#task .transcript li').count()).toBeGreaterThan(0);
    expect(errors).toEqual([]);
  });
});

it('shows a curve that rises while one watches: a stale level crosses its barrier', async () => {
  const { page, errors } = await lab.open(
    '?view=lab&policy=nano&seed=3&steps=20&tasksPerStep=20&groupSize=8&learningRate=0.002&warmupUpdates=8&evalEvery=5&evalTasks=16&level=3',
  );
  // Before: one of 32 tries seldom succeeds while aliases are ahead.
  await page.locator('#barrier .barrier-interval').waitFor({ timeout: 120_000 });
  expect(Number((await rows(page, 'barrier'))[0][4])).toBeLessThan(0.5);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText('Finished').waitFor({ timeout: 280_000 });
  const success = await rows(page, 'success');
  expect(success.map(([step]) => step)).toEqual(['0', '5', '10', '15', '20']);
  const stale = success.map((row) => Number(row[3]));
  expect(stale[0]).toBe(0);
  expect(Math.max(...stale)).toBeGreaterThan(0.4);
  // After: the same task from its start.
  await page.locator('#barrier').getByText('after step 20').waitFor({ timeout: 120_000 });
  expect(Number((await rows(page, 'barrier'))[0][4])).toBeGreaterThan(0.5);
  expect(errors).toEqual([]);
  await page.context().close();
});

it("takes a plan and a policy file of one's own, and says what is wrong with bad ones", async () => {
  const { page, errors } = await lab.open('?view=lab');
  await ready(page);
  await page.locator('#task .transcript li').first().waitFor({ timeout: 60_000 });
  await page.getByText('Write a plan of your own').click();
  const plan = page.getByLabel('Actions, separated by commas');
  await plan.fill('fly home');
  await page.getByRole('button', { name: 'Try this plan', exact: true }).click();
  const problem = page.locator('#task').getByRole('alert');
  await problem.waitFor();
  expect(await problem.textContent()).toContain('got "fly home". Known tools: visit, search, answer');
  await plan.fill('visit Ada, search press');
  await page.getByRole('button', { name: 'Try this plan', exact: true }).click();
  await page.locator('#task').getByText('k = 2').waitFor({ timeout: 60_000 });
  expect(await problem.count()).toBe(0);

  const file = readFileSync(new URL('../public/models/nano.onnx', import.meta.url));
  const open = page.getByLabel('Open a policy (ONNX)');
  await open.setInputFiles({ name: 'half.onnx', mimeType: '', buffer: file.subarray(0, file.length / 2) });
  await page.getByRole('alert').getByText('damaged or incomplete').waitFor({ timeout: 60_000 });
  expect(await page.getByText('Base policy micro').count()).toBe(1);
  await open.setInputFiles({ name: 'whole.onnx', mimeType: '', buffer: file });
  await page.getByText('from your file').waitFor({ timeout: 60_000 });
  expect(await page.getByText('Base policy nano').count()).toBe(1);
  expect(errors).toEqual([]);
  await page.close();
});

describe('the lab without WebGPU', () => {
  it('shows the same page when the browser has WebGPU but no adapter', async () => {
    const args = chromiumArgs.filter((flag) => !/webgpu/.test(flag));
    const bare = await chromium.launch({ executablePath: chromiumPath(), args: [...args, '--disable-gpu'] });
    try {
      const page = await bare.newPage();
      await page.goto(`${lab.address}?view=lab`);
      await page.getByText('Training needs WebGPU').waitFor({ timeout: 60_000 });
    } finally {
      await bare.close();
    }
  });

  it('says what is missing and still shows Figure 3, through onnxruntime-web', async () => {
    const { page, errors } = await lab.open();
    await page.addInitScript(() => {
      delete (Navigator.prototype as { gpu?: unknown }).gpu;
    });
    await page.goto(`${lab.address}?view=lab`);
    await page.getByText('Training needs WebGPU').waitFor();
    for (const name of ['Chrome', 'Edge', 'Firefox', 'Safari'])
      expect(await page.locator('article h3').getByText(name).count()).toBe(1);
    await page.locator('#barrier .barrier-interval').waitFor({ timeout: 180_000 });
    const table = await rows(page, 'barrier');
    expect(await page.locator('#barrier .shift-bars rect').count()).toBe(table.length);
    expect(Math.max(...table.map((row) => Number(row[3])))).toBeGreaterThan(0);
    await page.locator('#attention .heads button').nth(1).waitFor({ timeout: 60_000 });
    const found: string[] = [];
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => (document.documentElement.dataset.theme = name), theme);
      found.push(...(await flaws(page, theme)));
    }
    expect(found).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });
});
