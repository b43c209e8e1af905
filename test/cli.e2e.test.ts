import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { exportOnnx } from '../src/policy/onnx/exportOnnx.ts';
import { importOnnx } from '../src/policy/onnx/importOnnx.ts';
import { initialParameters } from '../src/policy/parameters.ts';
import { policySizes } from '../src/policy/types.ts';

const bin = fileURLToPath(new URL('../bin/actguide.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'actguide-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** An untrained policy: what the commands do with it is real, only not good. */
const model = join(folder, 'nano.onnx');
const bytes = exportOnnx(policySizes.nano, initialParameters(policySizes.nano, 1));
writeFileSync(model, bytes);
const half = join(folder, 'half.onnx');
writeFileSync(half, bytes.subarray(0, bytes.length / 2));
const crooked = join(folder, 'crooked.onnx');
const oneLayer = { ...policySizes.nano, layers: 1 };
writeFileSync(crooked, exportOnnx(oneLayer, initialParameters(oneLayer, 1)));

const actguide = (...args: string[]) => spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' });
const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const small = ['--tasks', '5', '--group-size', '2', '--eval-tasks', '2', '--seed', '3', '--model', model];

test('--help names the commands', () => {
  const { status, stdout } = actguide('--help');
  expect(status).toBe(0);
  for (const command of ['pretrain', 'train', 'eval', 'rollout', 'reproduce', 'report', 'repeat'])
    expect(stdout).toContain(command);
});

describe('bad input: exit code 2, a message with the remedy, nothing written', () => {
  const out = join(folder, 'never');
  test.each([
    [['train', '--preset', 'papper'], /^--preset: expected paper or released-code, got papper\. .*--help/],
    [['train', '--seed', 'seven'], /^--seed: expected an integer from 0 to 4294967295, got seven\./],
    [['train', '--group-size', '0'], /^--group-size: expected an integer from 2 to 64, got 0\./],
    [['train', '--dual-clip', 'off'], /^--dual-clip: expected .* or none.*, got off\./],
    [['train', '--stepps', '3'], /^actguide: expected a known option, got --stepps\. Did you mean --steps\?/],
    [['train', '--steps'], /^actguide: expected a value for --steps <n>, got none\./],
    [['train', '--model', half], /^--model .*half\.onnx: importOnnx: expected .* damaged or incomplete/],
    [['train', '--model', 'none.onnx'], /^--model: expected an ONNX file, got none\.onnx/],
    [
      ['train', '--model', model, '--policy', 'micro'],
      /^--policy: expected nano, the size of .*, got 'micro'/,
    ],
    [['train', '--gpu-memory', 'all'], /^--gpu-memory: expected a whole number from 1 to 1048576, got 'all'/],
    [
      ['train', '--model', model, '--gpu-memory', '24'],
      /^memory: expected at most 24\.0 MiB of GPU memory in all \(the budget\), but nano .* sequences at once would fit, or \d+ MiB of memory\./,
    ],
    [
      ['train', '--model', model, '--manners', '2'],
      /^--manners: expected 0, as the policy was pretrained with, got 2\. .* set it to 0/,
    ],
    [['eval', '--model', model, '--manners', '2'], /^--manners: expected 0, .* got 2\./],
    [
      ['train', '--max-turns', '33', '--action-noise', '0.5'],
      /^--max-turns: expected episodes of up to 384 tokens, the context of micro, got 396 with 33 turns, 0 manners and action noise 0\.5\. Lower one of them\./,
    ],
    [['train', '--policy', 'giant'], /^--policy: expected nano, micro, mini or small, got giant/],
    [['pretrain', '--updates', '0'], /^--updates: expected a whole number from 1 to 1000000, got '0'/],
    [['pretrain', '--lr', 'fast'], /^--lr: expected a number above 0, at most 1000, got 'fast'/],
    [['pretrain', '--lr', '1001'], /^--lr: expected a number above 0, at most 1000, got '1001'/],
    [['train', '--temperature', '0'], /^--temperature: expected a number from 0\.001 to 5, got 0\./],
    [['train', '--model', crooked], /^--model .*crooked\.onnx: expected layers 2, as nano has, got 1\./],
    [['reproduce', 'fig99'], /^reproduce: expected one of all, fig3, .*, got 'fig99'/],
    [['reproduce', 'fig3', '--seeds', '0'], /^--seeds: expected a whole number from 1 to 100, got '0'/],
    [
      ['rollout', '--plan', 'fly Ada'],
      /^plan: expected an action like "visit Ada", got "fly Ada"\. Known tools: visit/,
    ],
    [['rollout', '--plan', 'search Ada'], /^plan: expected "search" and one .*, got "search Ada"\. Known: /],
    [['rollout', '--k', '1', '--plan', 'visit Ada'], /^--k: expected either --k or --plan, got both\./],
    [['train', '--actions', 'none.jsonl'], /^--actions: expected a file of action data, got none\.jsonl/],
    [['train', '--demonstrated-tasks', '1'], /^--demonstrated-tasks: expected --actions FILE beside it/],
    [['rollout', '--level', '9'], /^--level: expected a whole number from 0 to 4, got '9'/],
    [['trian'], /^actguide: expected a known command, got trian\. Did you mean train\?/],
  ])('%j', (args, message) => {
    const writes = args.length > 1 && !['trian', 'rollout', 'eval'].includes(args[0]);
    const withOut = writes ? [args[0], '--out', out, ...args.slice(1)] : args;
    const { status, stdout, stderr } = actguide(...withOut);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(existsSync(out)).toBe(false);
  });

  test('eval', () => {
    const { status, stderr } = actguide('eval', '--model', model, '--guided', 'half');
    expect(stderr).toMatch(/^--guided: expected one of none, full, got 'half'/);
    expect(status).toBe(2);
  });
});

test('train --json prints a line a step and the evaluation last, repeats, and keeps everything', () => {
  const out = join(folder, 'run');
  const args = ['train', '--steps', '2', ...small, '--json'];
  const { status, stdout } = actguide(...args, '--out', out);
  expect(status).toBe(0);
  const printed = lines(stdout);
  expect(printed.map(({ step }) => step)).toEqual([0, 1, undefined]);
  const last = printed[2] as { done: boolean; success: { mean: number; levels: number[] } };
  expect(last).toMatchObject({ done: true, steps: 2, method: 'actguide', preset: 'paper', seed: 3 });
  expect(last.success.levels).toHaveLength(5);
  expect(last.success.mean).toBeCloseTo(last.success.levels.reduce((a, b) => a + b) / 5, 12);

  expect(readdirSync(out).sort()).toEqual(['metrics.jsonl', 'policy.onnx', 'run.json']);
  expect(lines(readFileSync(join(out, 'metrics.jsonl'), 'utf8'))).toEqual(printed.slice(0, 2));
  const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as Record<string, unknown>;
  expect(run).toMatchObject({ config: { tasksPerStep: 5, groupSize: 2 }, result: { done: true } });
  expect(importOnnx(readFileSync(join(out, 'policy.onnx'))).config).toEqual(policySizes.nano);

  const lasting = (records: Record<string, unknown>[]) =>
    records.slice(0, 2).map((r) => ({ ...r, timing: 0, memory: 0 }));
  expect(lasting(lines(actguide(...args).stdout))).toEqual(lasting(printed));
});

test('actions writes action data, checks it, and train is guided by it', () => {
  const file = join(folder, 'actions.jsonl');
  const { status, stdout } = actguide('actions', '--seed', '4', '--level', '3', '--count', '3');
  expect(status).toBe(0);
  const written = lines(stdout);
  expect(written.map(({ source, reward }) => [source, reward])).toEqual(Array(3).fill(['reference', 1]));
  writeFileSync(file, `${stdout}{"task":"search-4-3-0","actions":[]}\n`);

  const check = actguide('actions', '--check', file);
  expect(check.status).toBe(2);
  expect(check.stderr).toMatch(/^line 4: actions: expected/);
  expect(lines(check.stdout)).toMatchObject([{ done: true, kept: 3, bad: [{ line: 4 }] }]);

  const out = join(folder, 'guided');
  const args = ['train', '--steps', '1', ...small, '--actions', file, '--demonstrated-tasks', '2'];
  const trained = actguide(...args, '--out', out, '--json');
  expect(trained.status).toBe(0);
  expect(trained.stderr).toContain('line 4 is left out: actions: expected');
  expect(trained.stderr).toContain('3 demonstrations; the steps draw 0 of their tasks and include 2 a step.');
  expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'))).toMatchObject({
    config: { demonstrations: written, demonstratedTasks: 2 },
  });
  // Seed 4 evaluates on these very tasks.
  const held = actguide(
    'train',
    '--actions',
    file,
    '--demonstrated-tasks',
    '1',
    '--model',
    model,
    '--seed',
    '4',
  );
  expect(held.status).toBe(2);
  expect(held.stderr).toContain('which seed 4 holds out');
});

/** What a command prints and its exit code, when Ctrl-C comes with its first words on `stream`. */
async function interrupted(stream: 'stdout' | 'stderr', ...args: string[]) {
  const child = spawn(process.execPath, [bin, ...args, '--json']);
  let stdout = '';
  child[stream].once('data', () => child.kill('SIGINT'));
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.resume();
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, printed: lines(stdout) };
}

test('Ctrl-C keeps the steps made and the weights', async () => {
  const out = join(folder, 'interrupted');
  const { code, printed } = await interrupted('stdout', 'train', '--steps', '5000', ...small, '--out', out);
  expect(code).toBe(130);
  const steps = printed.length - 1;
  expect(printed[steps]).toMatchObject({ done: false, steps, success: null });
  expect(lines(readFileSync(join(out, 'metrics.jsonl'), 'utf8'))).toEqual(printed.slice(0, steps));
  expect(importOnnx(readFileSync(join(out, 'policy.onnx'))).config.name).toBe('nano');
});

test('Ctrl-C ends the evaluation of pretrain, whose weights stay', async () => {
  const out = join(folder, 'base interrupted');
  const args = ['--policy', 'nano', '--updates', '1', '--batch', '4', '--tasks', '4096', '--out', out];
  const { code, printed } = await interrupted('stdout', 'pretrain', ...args);
  expect(code).toBe(130);
  expect(printed).toEqual([expect.objectContaining({ update: 1 }), { done: false, updates: 1 }]);
  expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'))).toMatchObject({
    result: { done: false, updates: 1 },
  });
  expect(importOnnx(readFileSync(join(out, 'policy.onnx'))).config).toEqual(policySizes.nano);
});

test('Ctrl-C ends rollout with a line that says so', async () => {
  const { code, printed } = await interrupted('stderr', 'rollout', '--rollouts', '4096', '--model', model);
  expect(code).toBe(130);
  expect(printed).toMatchObject([{ done: false, task: expect.any(String) as string, rollouts: 4096 }]);
});

test('Ctrl-C ends reproduce without a verdict, and the next start goes on', async () => {
  const out = join(folder, 'figures interrupted');
  const args = ['reproduce', 'fig5', '--seeds', '1', ...small, '--out', out];
  const { code, printed } = await interrupted('stdout', ...args, '--steps', '5000');
  expect(code).toBe(130);
  expect(printed.at(-1)).toEqual({ done: false, verdicts: {} });
  expect(existsSync(join(out, 'fig5.json'))).toBe(false);
  // What was asked for decides what is done again: other settings are other runs.
  const again = actguide(...args, '--steps', '1', '--json');
  expect(again.status).toBe(0);
  expect(lines(again.stdout).at(-1)).toMatchObject({ done: true });
});

test('the example of rollout in docs/cli.md works as it is printed', () => {
  const docs = readFileSync(new URL('../docs/cli.md', import.meta.url), 'utf8');
  const [, example] = /^npx actguide (rollout .*)$/m.exec(docs) ?? [];
  const words = [...example.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
  const { status, stdout } = actguide(...words, '--model', model, '--json');
  expect(status).toBe(0);
  const printed = lines(stdout);
  expect(printed).toHaveLength(9);
  expect(printed[8]).toMatchObject({ done: true, plan: ['visit Ada', 'search museum'], rollouts: 8 });
});

test('pretrain keeps a policy that eval can read', () => {
  const out = join(folder, 'base');
  const args = ['--policy', 'nano', '--updates', '2', '--batch', '4', '--tasks', '2', '--seed', '5'];
  const { status, stdout } = actguide('pretrain', ...args, '--json', '--out', out);
  expect(status).toBe(0);
  const [first, , last] = lines(stdout);
  expect(first).toMatchObject({ update: 1, learningRate: expect.closeTo(2e-5, 6) as number });
  // An untrained policy is close to uniform over 80 tokens.
  expect(first.loss).toBeCloseTo(Math.log(80), 0);
  expect(last).toMatchObject({ done: true, updates: 2, skills: { unguided: { levels: { length: 5 } } } });

  const evaluated = actguide(
    'eval',
    '--model',
    join(out, 'policy.onnx'),
    '--tasks',
    '2',
    '--guided',
    'full',
    '--json',
  );
  expect(evaluated.status).toBe(0);
  expect(lines(evaluated.stdout)).toMatchObject([{ done: true, guided: 'full', tasks: 2, policy: 'nano' }]);
});

test('reproduce keeps runs and results, shares and resumes them, and report rebuilds them', () => {
  const out = join(folder, 'figures');
  const tiny = ['--quick', '--seeds', '1', '--steps', '1', ...small, '--json', '--out', out];
  const { status, stdout, stderr } = actguide('reproduce', 'fig5', ...tiny);
  expect(stderr).toMatch(/fig5: 3 runs are still to be made/);
  expect(status).toBe(0);
  const printed = lines(stdout);
  expect(printed).toHaveLength(1 + 1 + 2 + 2);
  expect(printed[0]).toMatchObject({ items: ['fig5'], finished: 1, total: 4, record: { seed: 3, step: 0 } });
  const { verdicts } = printed[4] as { verdicts: Record<string, unknown>[] };
  expect(verdicts[0]).toMatchObject({ outcome: 'undecided', needs: 2, values: [expect.any(Number)] });
  expect(printed[5]).toEqual({ done: true, verdicts: { fig5: verdicts } });

  expect(readdirSync(out).sort()).toEqual(['fig5.csv', 'fig5.json', 'fig5.svg', 'index.html', 'runs']);
  const runs = readdirSync(join(out, 'runs'));
  expect(runs.filter((name) => name.endsWith('.json'))).toHaveLength(3);
  const kept = runs.map((name) => [name, statSync(join(out, 'runs', name)).mtimeMs]);
  const file = JSON.parse(readFileSync(join(out, 'fig5.json'), 'utf8')) as Record<string, unknown>;
  expect(file).toMatchObject({ schema: 2, item: 'fig5', done: true, verdicts });
  expect(file).toMatchObject({ context: { seeds: [3], quick: true, run: { steps: 1 } } });
  expect(file.provenance).toMatchObject({ adapter: { description: expect.any(String) as string } });
  expect((file.runs as string[]).map((key) => `${key}.json`).sort()).toEqual(
    runs.filter((name) => name.endsWith('.json')).sort(),
  );
  const header = readFileSync(join(out, 'fig5.csv'), 'utf8').split('\n')[0];
  expect(header).toMatch(/^variant,seed,step,environmentSteps,trainableGroups,/);
  expect(readFileSync(join(out, 'fig5.svg'), 'utf8')).toMatch(
    /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg".*<\/svg>\n$/s,
  );

  // The same again runs nothing; a half-written record, as a crash of the disk leaves it, is made again.
  const again = actguide('reproduce', 'fig5', ...tiny);
  expect(again.stderr).toMatch(/fig5: 0 runs are still to be made/);
  expect(lines(again.stdout).at(-1)).toEqual(printed[5]);
  expect(runs.map((name) => [name, statSync(join(out, 'runs', name)).mtimeMs])).toEqual(kept);
  const broken = join(out, 'runs', `${(file.runs as string[])[0]}.json`);
  writeFileSync(broken, readFileSync(broken).subarray(0, 100));
  const mended = actguide('reproduce', 'fig5', ...tiny);
  expect(mended.stderr).toMatch(/expected a record of schema 1, got something else\. It is made again/);
  expect(mended.stderr).toMatch(/one run is still to be made/);
  expect(lines(mended.stdout).at(-1)).toEqual(printed[5]);

  rmSync(join(out, 'index.html'));
  writeFileSync(join(out, 'fig5.csv'), '');
  const rebuilt = actguide('report', out, '--json');
  expect(rebuilt.status).toBe(0);
  expect(lines(rebuilt.stdout)).toEqual([{ done: true, verdicts: { fig5: verdicts } }]);
  expect(readFileSync(join(out, 'fig5.csv'), 'utf8').split('\n')[0]).toBe(header);
  const html = readFileSync(join(out, 'index.html'), 'utf8');
  expect(html).toContain('undecided: needs 2 more seeds');
  expect(html).toContain('<svg');
  expect(html).not.toMatch(/<script|<link|src="/);
});

test('repeat makes an item again from its JSON, finds the same numbers, and names those that are not', () => {
  const out = join(folder, 'repeated');
  const tiny = ['--quick', '--seeds', '2', '--steps', '1', ...small, '--out', out];
  expect(actguide('reproduce', 'fig5', ...tiny).status).toBe(0);
  const file = join(out, 'fig5.json');
  const one = actguide('repeat', file, '--seeds', '1', '--json');
  expect(one.status).toBe(0);
  expect(lines(one.stdout)).toHaveLength(3 + 1);
  expect(lines(one.stdout).at(-1)).toEqual({ done: true, item: 'fig5', same: 3, different: 0 });

  const { runs } = JSON.parse(readFileSync(file, 'utf8')) as { runs: string[] };
  const path = join(out, 'runs', `${runs[0]}.json`);
  const record = JSON.parse(readFileSync(path, 'utf8')) as { steps: { gradNorm: number }[] };
  record.steps[0].gradNorm += 1;
  writeFileSync(path, JSON.stringify(record));
  const other = actguide('repeat', file, '--seeds', '1');
  expect(other.status).toBe(1);
  expect(other.stdout).toMatch(/DIFFERENT: .*seed 3.*\n {2}steps\[0\]\.gradNorm: /);
  expect(other.stdout).toMatch(/fig5: 2 of 3 runs gave the same numbers/);

  expect(actguide('repeat', join(out, 'runs')).stderr).toMatch(
    /^repeat: expected the ITEM\.json of a folder/,
  );
});

test('a second reproduce in a folder is refused while the first is at work, and nothing of it is lost', async () => {
  const out = join(folder, 'shared');
  const args = ['reproduce', 'fig5', '--seeds', '1', ...small, '--out', out];
  const child = spawn(process.execPath, [bin, ...args, '--json']);
  child.stderr.resume();
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const second = actguide(...args);
  expect(second.status).toBe(2);
  expect(second.stderr).toMatch(new RegExp(`^--out: expected a folder .* process ${child.pid} `));
  writeFileSync(join(out, 'fig5.json'), JSON.stringify({ schema: 2, item: 'fig5' }));
  const report = actguide('report', out);
  expect(report.stderr).toMatch(new RegExp(`^--out: expected a folder .* process ${child.pid} `));
  expect(report.status).toBe(2);
  rmSync(join(out, 'fig5.json'));
  child.kill('SIGINT');
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(130);
  expect(readdirSync(out)).not.toContain('reproduce.lock');
});

test('report and reproduce refuse folders that hold no results, or better ones', () => {
  const nothing = join(folder, 'nothing');
  expect(actguide('report', nothing).stderr).toMatch(/^report: expected the --out folder .*nothing/);
  mkdirSync(nothing);
  const { status, stderr } = actguide('report', nothing);
  expect(stderr).toMatch(/^report: expected results of `reproduce` in .*nothing, got none\./);
  expect(status).toBe(2);
  writeFileSync(join(nothing, 'fig5.json'), '{"schema":1}');
  expect(actguide('reproduce', 'fig5', '--out', nothing, '--model', model).stderr).toMatch(
    /fig5\.json: expected an item of schema 2, got something else/,
  );
  const full = { schema: 2, item: 'fig5', context: { quick: false } };
  writeFileSync(join(nothing, 'fig5.json'), JSON.stringify(full));
  const quick = actguide('reproduce', 'fig5', '--quick', '--out', nothing, '--model', model);
  expect(quick.stderr).toMatch(/^--out: expected a folder without results at full scale, got .*fig5\.json/);
  expect(quick.status).toBe(2);
});
