/**
 * `npm run bench -- [options]`: measures this project against jax-js and TensorFlow.js, in headless Chromium and in
 * Dawn for Node, and prints a table. docs/performance.md describes what is measured and the JSON.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build, createServer } from 'vite';
import { drawPlots } from './benchPlots.js';
import { root } from './install.js';

const suites = ['ceilings', 'train', 'sample', 'products', 'kernels', 'actguide', 'scaling', 'memory'];
const curves = ['batch', 'context', 'size', 'group'];
const peers = ['jax-webgpu', 'jax-wasm', 'tfjs-webgpu', 'tfjs-wasm'];
const places = ['chromium', 'node'];
const help = `npm run bench -- [options]

  --in <places>     where, separated by commas: ${places.join(', ')} (default: both)
  --suites <names>  what, separated by commas: ${suites.join(', ')} (default: all)
  --peers <names>   against whom: ${peers.join(', ')}, or none (default: all)
  --batches <n,n>   batches of train, kernels, sample and scaling, in place of their own
  --curves <names>  curves of scaling: ${curves.join(', ')} (default: all)
  --turns <n>       turns a task is timed, the median counts (default: 11; 3 with --quick)
  --quick           smaller cases and fewer turns
  --seed <n>        of weights, data and draws (default: 7)
  --gpu             Chromium on the machine's own GPU, not on its software adapter
  --json            JSON lines on stdout in place of the table
  --out <folder>    keeps bench.jsonl, table.md and plots (SVG) there

Node takes a GPU where there is one, and a software Vulkan driver otherwise: VK_ICD_FILENAMES chooses by hand.`;

/** Ends with exit code 2, as the command line does on bad input. */
function refuse(message) {
  console.error(message);
  process.exit(2);
}

function listOf(flag, value, known) {
  if (value === undefined) return known;
  if (value === 'none' && known === peers) return [];
  const names = value.split(',');
  for (const name of names)
    if (!known.includes(name))
      refuse(`--${flag}: expected ${known.join(', ')}, got '${name}'. Choose of these.`);
  return names;
}

function countOf(flag, value, fallback, least) {
  const count = value === undefined ? fallback : Number(value);
  if (!Number.isInteger(count) || count < least)
    refuse(`--${flag}: expected an integer of at least ${least}, got '${value}'. Correct it.`);
  return count;
}

/** Bundles the sources for Node, which reads no TypeScript. */
async function* inNode(options) {
  const outDir = join(root, 'node_modules/.cache', `bench-${process.pid}`);
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    // Its gradients are written as browser modules, which Node cannot load by itself.
    ssr: { noExternal: ['@tensorflow/tfjs-core'] },
    build: { ssr: 'src/cli/bench.ts', outDir, target: 'node20', minify: false },
  });
  try {
    const { benchInNode } = await import(pathToFileURL(join(outDir, 'bench.js')).href);
    yield* benchInNode(root, options);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** The flags of the tests give a software adapter; with --gpu Chromium takes the machine's own. */
function chromiumFlags(testFlags) {
  if (!flags.gpu) return testFlags;
  const others = testFlags.filter((flag) => !flag.startsWith('--use-webgpu-adapter'));
  return [...others, '--enable-features=Vulkan', '--ignore-gpu-blocklist'];
}

async function* inChromium(options) {
  const { chromium } = await import('playwright');
  const server = await createServer({
    root,
    logLevel: 'error',
    cacheDir: join(tmpdir(), 'actguide-bench'),
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
    optimizeDeps: {
      entries: ['src/bench/page.html'],
      include: [
        '@jax-js/jax',
        ...['core', 'backend-webgpu', 'backend-wasm'].map((x) => `@tensorflow/tfjs-${x}`),
      ],
    },
  });
  await server.listen();
  const { chromiumArgs, chromiumPath } = await server.ssrLoadModule('/test/chromium.ts');
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: chromiumFlags(chromiumArgs),
  });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`page: ${error.message}`));
    const results = [];
    let wake = () => {};
    await page.exposeFunction('emitBench', (result) => {
      results.push(result);
      wake();
    });
    await page.goto(`${server.resolvedUrls.local[0]}src/bench/page.html`);
    await page.waitForFunction(() => 'runBench' in window, null, { timeout: 120_000 });
    let done = false;
    const run = page
      .evaluate((input) => window.runBench(input, window.emitBench), options)
      .finally(() => {
        done = true;
        wake();
      });
    run.catch(() => undefined);
    while (!done || results.length > 0) {
      if (results.length > 0) yield results.shift();
      else await new Promise((resolve) => (wake = resolve));
    }
    await run;
  } finally {
    await browser.close();
    await server.close();
  }
}

let flags;
try {
  ({ values: flags } = parseArgs({
    options: {
      ...Object.fromEntries(
        ['in', 'suites', 'peers', 'batches', 'curves', 'turns', 'seed', 'out'].map((name) => [
          name,
          { type: 'string' },
        ]),
      ),
      ...Object.fromEntries(['quick', 'gpu', 'json', 'help'].map((name) => [name, { type: 'boolean' }])),
    },
  }));
} catch (error) {
  refuse(`bench: ${error.message} See --help.`);
}
if (flags.help) {
  console.log(help);
  process.exit(0);
}
const options = {
  settings: {
    turns: countOf('turns', flags.turns, flags.quick ? 3 : 11, 2),
    size: flags.quick ? 'quick' : 'full',
    seed: countOf('seed', flags.seed, 7, 0),
    ...(flags.batches && { batches: flags.batches.split(',').map((text) => countOf('batches', text, 0, 1)) }),
    ...(flags.curves && { curves: listOf('curves', flags.curves, curves) }),
  },
  suites: listOf('suites', flags.suites, suites),
  peers: listOf('peers', flags.peers, peers),
};

/** Enough to make the same measurement again. */
const made = {
  command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim(),
  commit: execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
  createdAt: new Date().toISOString(),
};
const load = () => loadavg().map((value) => value.toFixed(2));
const lines = [];
if (flags.out) {
  mkdirSync(flags.out, { recursive: true });
  writeFileSync(join(flags.out, 'bench.jsonl'), '');
}
for (const place of listOf('in', flags.in, places)) {
  const started = performance.now();
  const before = load();
  for await (const result of place === 'node' ? inNode(options) : inChromium(options)) {
    const head = 'adapter' in result && { cpu: cpus()[0].model, cores: cpus().length, load: before, ...made };
    const line = { place, ...head, ...result };
    lines.push(line);
    // At once: a driver that dies takes the process with it.
    if (flags.out) appendFileSync(join(flags.out, 'bench.jsonl'), `${JSON.stringify(line)}\n`);
    if (flags.json) console.log(JSON.stringify(line));
    else if (head) console.error(`${place}: ${line.adapter} (${line.cores} cores, load ${before.join(' ')})`);
    else console.error(`  ${line.suite} ${JSON.stringify(line.at)} ${line.contender} ${line.backend}`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.error(`${place}: done in ${seconds} s, load ${load().join(' ')}`);
}

const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true },
});
const { tableOf } = await server.ssrLoadModule('/src/bench/table.ts');
await server.close();
const report = lines
  .filter((line) => 'adapter' in line)
  .map(({ place, adapter, cpu, cores, load }) => {
    const records = lines.filter((line) => line.place === place && 'suite' in line);
    return `${place}: ${adapter}, ${cpu}, ${cores} cores, load ${load.join(' ')} before\n\n${tableOf(records)}\n`;
  })
  .join('\n');
if (!flags.json) console.log(report);
if (flags.out) {
  writeFileSync(join(flags.out, 'table.md'), report);
  drawPlots(flags.out, lines);
}
// Dawn's threads would keep Node alive.
process.stdout.write('', () => process.exit(0));
