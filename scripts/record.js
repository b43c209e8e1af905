/**
 * Records the lessons of the lab from real runs:
 *   node scripts/record.js [--model FILE] [--out FILE] [--seed N] [--steps N]
 * Three runs of the same seed (ActGuide, GRPO, always the whole plan) on Dawn, with looks at one hard task on the way.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { root } from './install.js';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'public/models/micro.onnx' },
    out: { type: 'string', default: 'public/recordings/lessons.json' },
    seed: { type: 'string', default: '5' },
    steps: { type: 'string', default: '64' },
  },
});
const [seed, steps] = [Number(values.seed), Number(values.steps)];

/** Four digits are all that a picture shows. */
const rounded = (_, value) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;

const server = await createServer({ root, logLevel: 'error', server: { middlewareMode: true, hmr: false } });
const load = (path) => server.ssrLoadModule(path);
const { recordLesson } = await load('/src/workers/record.ts');
const { importOnnx } = await load('/src/policy/onnx/importOnnx.ts');
const { parameterLayout } = await load('/src/policy/parameters.ts');
const { Gpu } = await load('/src/kernels/gpu.ts');
const { dawnGpu } = await load('/src/cli/dawn.ts');

const gpu = await Gpu.acquire(await dawnGpu());
const base = importOnnx(readFileSync(join(root, values.model)));
const lesson = await recordLesson({
  gpu,
  base,
  seed,
  steps,
  frameEvery: Math.max(1, steps / 8),
  tries: 4096,
  note: (line) => console.error(line),
});
const recording = {
  format: 1,
  provenance: {
    command: `node scripts/record.js --seed ${seed} --steps ${steps}`,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
    adapter: gpu.adapter.description,
    createdAt: new Date().toISOString(),
    parameters: parameterLayout(base.config).count,
  },
  ...lesson,
};
const out = join(root, values.out);
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `${JSON.stringify(recording, rounded)}\n`);
console.error(`Kept in ${relative(root, out)}`);
await server.close();
process.exit(0);
