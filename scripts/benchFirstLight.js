/**
 * `node scripts/benchFirstLight.js [--steps n] [--turns n] [--seed n]`: whole ActGuide steps (micro, 32 tasks, N = 8) of this
 * version and of the first-light version, built from its commit, in one process and in turns. Each runs its own
 * shipped policy in its own search world, with episodes of the same number of turns.
 */
import { execSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { root } from './install.js';

const FIRST_LIGHT = 'f584697';
const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '10' },
    turns: { type: 'string', default: '10' },
    seed: { type: 'string', default: '7' },
  },
});
const [steps, maxTurns, seed] = [values.steps, values.turns, values.seed].map(Number);

/** The files of the first-light commit, with what this script needs beside them. */
function checkOut() {
  const folder = mkdtempSync(join(tmpdir(), 'actguide-first-light-'));
  execSync(`git archive ${FIRST_LIGHT} | tar -x -C '${folder}'`, { cwd: root });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'src/bench'));
  for (const file of ['src/bench/wholeStep.ts', 'src/cli/benchStep.ts'])
    copyFileSync(join(root, file), join(folder, file));
  return folder;
}

/** Builds a version and starts its run. */
async function start(folder, name) {
  const outDir = join(root, 'node_modules/.cache', `first-light-${process.pid}-${name}`);
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: { ssr: 'src/cli/benchStep.ts', outDir, emptyOutDir: true, target: 'node20', minify: false },
  });
  const { stepsInNode } = await import(pathToFileURL(join(outDir, 'benchStep.js')).href);
  rmSync(outDir, { recursive: true });
  const onnx = new Uint8Array(readFileSync(join(folder, 'public/models/micro.onnx')));
  return { name, step: await stepsInNode(onnx, { seed, steps: steps + 1, maxTurns }), costs: [] };
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

const folder = checkOut();
const versions = [await start(folder, FIRST_LIGHT), await start(root, 'now')];
rmSync(folder, { recursive: true });
console.log(
  `load ${loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')}`,
);
for (const { step } of versions) await step(); // compiles
for (let turn = 0; turn < steps; turn++)
  for (const { name, step, costs } of turn % 2 ? [...versions].reverse() : versions) {
    costs.push(await step());
    console.error(`${turn} ${name} ${JSON.stringify(costs.at(-1))}`);
  }
const rows = versions.map(({ name, costs }) => ({
  name,
  stepMs: median(costs.map(({ stepMs }) => stepMs)),
  perTurnMs: median(costs.map(({ stepMs, environmentSteps }) => stepMs / environmentSteps)),
  rollouts: median(costs.map(({ rollouts }) => rollouts)),
  environmentSteps: median(costs.map(({ environmentSteps }) => environmentSteps)),
}));
console.log('| version | median step | rollouts | turns | per turn |\n| --- | --- | --- | --- | --- |');
for (const row of rows)
  console.log(
    `| ${row.name} | ${row.stepMs.toFixed(0)} ms | ${row.rollouts} | ${row.environmentSteps} | ${row.perTurnMs.toFixed(3)} ms |`,
  );
const [old, now] = rows;
console.log(
  `\n${(old.stepMs / now.stepMs).toFixed(2)} × faster a step, ${(old.perTurnMs / now.perTurnMs).toFixed(2)} × a turn; ` +
    `load ${loadavg()
      .map((value) => value.toFixed(2))
      .join(' ')}`,
);
process.stdout.write('', () => process.exit(0));
