import { readFileSync } from 'node:fs';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { searchWorld } from '../src/envs/search/world.ts';
import { number } from '../src/lab/format.ts';
import { taskOf } from '../src/workers/probing.ts';
import { exactView } from '../src/workers/rerolling.ts';
import { chips, hands, row, tab, tried } from './handsOnPanel.ts';
import { smallRun, startLab, type LabSite } from './labSite.ts';

let lab: LabSite;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.close());

const world = searchWorld();

interface Line {
  readonly task: string;
  readonly actions: readonly { readonly tool: string; readonly argument: string }[];
  readonly source: string;
  readonly reward: number;
}
const spelled = ({ actions }: Line): string[] => actions.map(({ tool, argument }) => `${tool} ${argument}`);

/** Stops the next re-roll at its first progress: sooner than a click from here could. */
const stopOnProgress = (page: Page): Promise<void> =>
  hands(page).evaluate((panel) => {
    const observer = new MutationObserver(() => {
      if (!/[1-9]\d* of 128 continuations/.test(panel.textContent ?? '')) return;
      observer.disconnect();
      [...panel.querySelectorAll('button')].find(({ textContent }) => textContent === 'Stop')?.click();
    });
    observer.observe(panel, { subtree: true, childList: true, characterData: true });
  });

async function saved(page: Page, button: string): Promise<Line[]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  const lines = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

/** The reference plan of the task on show: the tasks one can leaf through are in order of level and number. */
async function reference(page: Page, level: number, index = 0): Promise<Line> {
  await tab(page, 'Action data');
  const lines = await saved(page, 'Save reference plans');
  expect(lines).toHaveLength(60);
  expect(lines.every(({ reward, source }) => reward === 1 && source === 'reference')).toBe(true);
  return lines[level * 12 + index];
}

async function act(page: Page, action: string): Promise<void> {
  await page.getByRole('radio', { name: action.split(' ')[0], exact: true }).check();
  const choice = hands(page).getByRole('button', { name: action, exact: true });
  if (!(await choice.isVisible())) await page.getByText('names that you have not seen').click();
  await choice.click();
  await hands(page)
    .locator('ol[aria-label="What you did"] li b')
    .getByText(action, { exact: true })
    .last()
    .waitFor();
}

it('by mouse: cut, edit, noise, re-roll, demonstrate, train on it, and files', async () => {
  const { page, errors } = await lab.open(smallRun({ steps: '2', evalTasks: '2', level: '3' }));
  await hands(page).locator('.strip button').first().waitFor({ timeout: 60_000 });
  const given = await reference(page, 2);
  const plan = spelled(given);
  await tab(page, 'Play with the plan');
  expect(await chips(page)).toEqual(plan.map((action, i) => `Action ${i + 1}: ${action}`));

  // The cut falls where it is dragged, and the other panels show that plan.
  const scissors = page.getByRole('slider', { name: 'Cut' });
  await scissors.scrollIntoViewIfNeeded();
  const from = (await scissors.boundingBox())!;
  const third = (await hands(page).locator('.chip').nth(2).boundingBox())!;
  await page.mouse.move(from.x + 5, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(third.x + 4, third.y + 10, { steps: 4 });
  await page.mouse.up();
  expect(await scissors.getAttribute('aria-valuenow')).toBe('2');
  expect((await chips(page)).slice(1, 3)).toEqual([`Action 2: ${plan[1]}`, `Action 3: ${plan[2]}, cut off`]);
  await page.locator('#task').getByText('k = 2').waitFor({ timeout: 60_000 });
  await tried(page);
  expect(await row(page, 'This plan').innerText()).toContain('a state after 2');

  // One action changed: nothing can be chosen that the world does not have, and undo takes it back.
  const whole = page.getByRole('button', { name: 'Whole reference plan' });
  await whole.click();
  await hands(page).locator('.chip').first().click();
  expect(await page.getByLabel('Tool').locator('option').allInnerTexts()).toEqual([
    'visit',
    'search',
    'answer',
  ]);
  await page.getByLabel('Tool').selectOption('search');
  expect(await page.getByLabel('Argument').locator('option').count()).toBe(8);
  await page.getByLabel('Argument').selectOption('press');
  expect((await chips(page))[0]).toBe('Action 1: search press');
  await tried(page);
  expect(await row(page, 'This plan').innerText()).toContain('a wrong end');
  await page.getByRole('button', { name: 'Insert a noise action' }).click();
  await hands(page).getByRole('alert').getByText('Mend the plan first').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  expect((await chips(page))[0]).toBe(`Action 1: ${plan[0]}`);
  await page.getByRole('button', { name: 'Insert a noise action' }).click();
  await expect.poll(async () => (await chips(page)).length).toBe(plan.length + 1);
  await tried(page);
  expect(await row(page, 'This plan').innerText()).toContain(`the right answer in ${plan.length + 1}`);
  // Three rows: with the whole plan it nearly always succeeds, alone it does not.
  await row(page, 'Reference plan').locator('.rate').waitFor({ timeout: 60_000 });
  const successes = async (name: string) =>
    Number(/(\d+)\/8/.exec(await row(page, name).innerText())?.[1] ?? NaN);
  expect(await successes('Reference plan')).toBeGreaterThanOrEqual(6);
  expect(await successes('No plan')).toBeLessThanOrEqual(2);
  await whole.click();

  // One action less: the rest moves up, and what is left no longer leads to the answer.
  await hands(page).locator('.chip').nth(1).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  const less = plan.filter((_, i) => i !== 1);
  expect(await chips(page)).toEqual(less.map((action, i) => `Action ${i + 1}: ${action}`));
  await tried(page);
  expect(await row(page, 'This plan').innerText()).toMatch(/a wrong end|a state after/);
  await whole.click();
  expect(await chips(page)).toHaveLength(plan.length);

  // Re-roll from the state that another panel points at.
  await page.locator('#task').getByText(`k = ${plan.length}`).waitFor({ timeout: 60_000 });
  await page.locator('#task .transcript .action').nth(1).click();
  await tab(page, 'Re-roll');
  expect(await hands(page).locator('.turns button').nth(1).getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('radio', { name: 'K = 8', exact: true }).check();
  await page.getByRole('radio', { name: /^with the plan shown/ }).check();
  await page.getByRole('button', { name: 'Re-roll', exact: true }).click();
  const result = hands(page).locator('.result');
  await result.waitFor({ timeout: 60_000 });
  expect(await result.innerText()).toMatch(
    /\/8\s+\[0\.\d\d, [01]\.\d\d\]\s+succeed from the state before turn 2/,
  );
  expect(await result.innerText()).toContain(`A shortest way goes on with ${plan[1]}.`);
  // What the tables know of the state, worked out here from the world itself.
  const task = taskOf(world, { seed: 2026, level: 2, index: 0 });
  const visit = world.parseAction(plan[0]);
  const exact = exactView(world, task, [[visit.tool, visit.argument]]);
  expect(exact).toMatchObject({ psi: 1, fewest: plan.length - 1, turnsLeft: 15 });
  expect(exact.uniform).toBeGreaterThan(0);
  const beside = await result.locator('dl > div').allInnerTexts();
  expect(beside.map((text) => text.replace(/\s+/g, ' ')).slice(-3)).toEqual([
    'Ψ, exact 1',
    `fewest turns, exact ${plan.length - 1} of 15 left`,
    `blind guessing, exact ${number(exact.uniform)}`,
  ]);
  await page.getByRole('button', { name: 'Next continuation' }).click();
  expect(await hands(page).locator('.leaf').innerText()).toContain('2/8');
  await page.getByRole('radio', { name: 'K = 128', exact: true }).check();
  await stopOnProgress(page);
  await page.getByRole('button', { name: 'Re-roll', exact: true }).click();
  await result.getByText('stopped before 128').waitFor({ timeout: 60_000 });
  const complete = Number(/\d\/(\d+)/.exec(await result.innerText())?.[1]);
  expect([0, 32, 64, 96]).toContain(complete);

  // Solve it, with a detour, so that the demonstration is not the reference plan.
  await tab(page, 'Be the demonstrator');
  const own = [plan[0], ...plan];
  for (const action of own) await act(page, action);
  await hands(page).getByText(`Reward 1 in ${own.length} turns`).waitFor();
  await page
    .locator('#task')
    .getByText(`of ${own.length} actions, as demonstrated`)
    .waitFor({ timeout: 60_000 });

  // Two steps that include it; the run says so.
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText('Finished').waitFor({ timeout: 120_000 });
  await page.getByText('1 demonstrated plan (1 in every step)').waitFor();
  await page.locator('#step .groups button').last().click();
  await page
    .locator('#step .task')
    .getByText(`plan: ${own.join(', ')}.`)
    .waitFor();
  await page.getByRole('button', { name: 'Show this task close up' }).click();
  await page
    .locator('#task')
    .getByText(`of ${own.length} actions, as demonstrated`)
    .waitFor({ timeout: 60_000 });

  // Out as a file, and in again with bad lines, which are named.
  await tab(page, 'Action data');
  const [line, ...more] = await saved(page, 'Save demonstrations');
  expect(more).toEqual([]);
  expect({ ...line, actions: spelled(line) }).toMatchObject({
    task: given.task,
    actions: own,
    source: 'own',
  });
  const tries = await saved(page, 'Save rollouts of the last step');
  expect(tries.length).toBeGreaterThanOrEqual(20);
  expect(tries.filter(({ task }) => task === given.task).length).toBeGreaterThanOrEqual(4);
  await page.getByRole('button', { name: `Remove the demonstration of ${given.task}` }).click();
  await hands(page).getByText('No demonstration yet').waitFor();
  const lines = [
    JSON.stringify({ ...given, actions: given.actions.slice(1) }),
    'not JSON',
    JSON.stringify(line),
  ];
  await page
    .getByLabel('Open action data (JSONL)')
    .setInputFiles({ name: 'mine.jsonl', mimeType: '', buffer: Buffer.from(lines.join('\n')) });
  await hands(page).getByText('mine.jsonl: 1 demonstration kept, 2 lines refused.').waitFor();
  const refused = await hands(page).locator('.bad li').allInnerTexts();
  expect(refused[0]).toContain('expected them to earn the reward');
  expect(refused[1]).toContain('expected JSON, got "not JSON"');
  expect(await hands(page).locator('.bad li').first().getAttribute('value')).toBe('1');

  // Kept in this browser, and with the run.
  await page.getByRole('button', { name: 'Runs', exact: true }).click();
  await page.getByText('1 demonstrated plan ·').waitFor();
  await page.goto(`${lab.address}?embed=hands-on&policy=nano&level=3&hide=start`);
  await expect.poll(async () => (await chips(page)).length, { timeout: 60_000 }).toBe(own.length);
  expect(errors).toEqual([]);
  await page.context().close();
});
