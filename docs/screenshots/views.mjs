/** The views that `take.mjs` takes, each in a browser of its own: what is opened, what is done, what is taken. */
const looks = ['light', 'light-wide', 'light-narrow', 'dark', 'dark-wide', 'dark-narrow', 'projector-wide'];
const patient = { timeout: 300_000 };

/** A small run that crosses the barrier in some minutes on a software adapter. */
const run =
  '?view=lab&policy=micro&seed=3&steps=24&tasksPerStep=20&learningRate=0.001&warmupUpdates=8&evalEvery=4&evalTasks=16';

export const views = {
  async lessons({ page, open, shoot }) {
    await open('');
    await page.getByRole('slider').fill('64');
    await shoot('first-screen', looks);
    for (let i = 2; i <= 7; i++) {
      await page.getByRole('button', { name: `Lesson ${i}:` }).click();
      await page.locator('.says form input[type=radio]').last().check();
      await page.getByRole('button', { name: 'Show the answer' }).click();
      await page.waitForTimeout(1200);
      await shoot(`lesson-${i}`, i === 6 ? ['light', 'projector-wide', 'dark-narrow'] : ['light']);
    }
  },

  /** A whole run with every panel filled, then its place among the runs that are kept. */
  async lab({ page, open, shoot, panel }) {
    await open(run);
    await page.getByText('as shipped (step 0)').waitFor(patient);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    for (let shown = ''; !(await page.getByText('Finished').count()); await page.waitForTimeout(2000)) {
      const [line] = (await page.locator('.progress p').innerText()).split('\n');
      if (line !== shown) console.log((shown = line));
    }
    await page.waitForTimeout(2000);
    await page.getByRole('button', { name: 'Recompute' }).waitFor(patient);
    // A task whose plan the trained policy follows: where it strays, Figure 3 tells of a lost episode.
    for (const level of ['4 stale', '3 stale', '2 stale', 'known']) {
      await page.getByRole('radio', { name: level }).check({ force: true });
      await page.waitForTimeout(500);
      await page.getByRole('button', { name: 'Recompute' }).click();
      await page.locator('#barrier progress').waitFor({ state: 'detached', timeout: 60_000 });
      await page.waitForTimeout(1000);
      if ((await page.getByText('strayed from the plan').count()) === 0) break;
    }
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.locator('#risk table').first().waitFor(patient);
    await page.locator('#step .groups button.trainable').first().click();
    await page.locator('#step tbody th button').last().click();
    await page.locator('#anatomy .strip button').first().waitFor(patient);
    await page.locator('#anatomy .strip button').nth(5).click();
    await page.locator('#anatomy .path').waitFor(patient);
    await shoot('lab', looks);
    for (const id of ['step', 'anatomy']) await panel(`#${id}`, id);
    await page.getByText('Algorithm and world').click();
    await shoot('switches', ['light', 'dark-narrow']);
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await shoot('shortcuts', ['dark']);
  },

  /** One task close up under the shipped policy: its barrier, the plan that leads through, and every guidance level. */
  async shipped({ page, open, panel }) {
    await open('?view=lab&policy=micro');
    await page.getByRole('button', { name: 'Recompute' }).waitFor(patient);
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.locator('#risk table').first().waitFor(patient);
    await page.locator('#task .strip button').nth(11).click();
    for (const id of ['risk', 'task', 'barrier']) await panel(`#${id}`, id);
  },

  /** Both methods with the same rollouts spent, then beside each other among the runs that are kept. */
  async twin({ page, open, shoot }) {
    await open(run.replace('view=lab&policy=micro&seed=3', 'view=twin&policy=nano&seed=4'));
    await page.getByLabel('Rollouts each').selectOption('8192');
    await page.getByRole('button', { name: 'Start both' }).click();
    await page.getByText('(finished)').nth(1).waitFor(patient);
    await shoot('twin', ['light', 'dark-wide', 'light-narrow']);
    await page.getByRole('button', { name: 'Runs', exact: true }).click();
    for (const box of await page.getByRole('checkbox', { name: /Compare/ }).all()) await box.check();
    await page.waitForTimeout(800);
    await shoot('runs', ['light', 'dark-wide', 'light-narrow']);
  },

  async reproduce({ page, open, shoot }) {
    await open('?view=reproduce');
    await page.getByText(/So far \d+ claims hold/).waitFor();
    await shoot('reproduce', ['light', 'dark-wide', 'light-narrow']);
    for (const item of ['fig5', 'table4']) {
      await open(`?view=reproduce&item=${item}`);
      await page.locator('#claims .claim').first().waitFor();
      await shoot(
        `reproduce-${item}`,
        item === 'fig5' ? ['light', 'projector-wide', 'dark-narrow'] : ['dark'],
      );
    }
  },

  async benchmark({ page, open, shoot, panel }) {
    await open('?view=benchmark');
    await page.getByLabel('Size of the cases').selectOption('small');
    await page.getByRole('checkbox', { name: 'Kernel by kernel' }).check();
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    await page.getByRole('button', { name: 'Measure', exact: true }).waitFor(patient);
    await shoot('benchmark', ['light', 'dark-wide', 'light-narrow']);
    await panel('#cost', 'benchmark-cost');
  },

  /** Attention and the next word, chosen in the trajectory. */
  async policy({ page, open, shoot }) {
    await open('?embed=attention&policy=micro&level=3&hide=start');
    await page.locator('#attention button').first().waitFor(patient);
    await page.waitForTimeout(2000);
    await shoot('attention', ['light', 'dark-narrow']);
  },

  /** A plan that was cut and changed, continuations from a state, a task half solved by hand, and the files. */
  async hands({ page, open, shoot, panel }) {
    await open('?embed=hands-on&policy=nano&level=4&hide=start');
    await page.locator('#hands-on .strip button').first().waitFor(patient);
    await page.locator('#hands-on .chip').nth(2).click();
    await page.getByRole('button', { name: 'Insert a noise action' }).click();
    await page.getByRole('slider', { name: 'Cut' }).press('ArrowLeft');
    await page.getByRole('slider', { name: 'Cut' }).press('ArrowLeft');
    for (const name of ['This plan', 'Reference plan'])
      await page.getByRole('row', { name }).locator('.rate').waitFor(patient);
    await shoot('hands-on', ['light', 'dark-narrow']);
    await page.getByRole('tab', { name: 'Re-roll' }).click();
    await page.locator('#hands-on .turns button').nth(2).click();
    await page.getByRole('button', { name: 'Re-roll', exact: true }).click();
    await page.locator('#hands-on .result').waitFor(patient);
    await shoot('hands-on-reroll', ['light']);
    await page.getByRole('tab', { name: 'Be the demonstrator' }).click();
    for (let turn = 0; turn < 2; turn++) {
      await page
        .getByRole('button', { name: /^visit/ })
        .nth(turn)
        .click();
      await page.waitForTimeout(400);
    }
    await shoot('hands-on-demonstrate', ['light', 'light-narrow']);
    await page.getByRole('tab', { name: 'Action data' }).click();
    await page.waitForTimeout(400);
    await shoot('hands-on-data', ['light']);
  },

  async bare({ page, open, shoot }) {
    await page.addInitScript(() => {
      delete Navigator.prototype.gpu;
    });
    await open('?view=lab');
    await page.locator('#barrier .barrier-interval').waitFor(patient);
    await shoot('without-webgpu', ['light', 'light-narrow']);
  },
};
