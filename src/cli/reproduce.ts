import { Command } from 'commander';
import type { RunConfig } from '../actguide/config.ts';
import { InputError } from '../core/errors.ts';
import { searchWorld } from '../envs/search/index.ts';
import { experiments, type Experiment, type ExperimentContext, type Verdict } from '../experiments/index.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { GpuPolicy } from '../policy/gpuPolicy.ts';
import { concluded } from './concluded.ts';
import { oneOf, wholeNumber } from './flags.ts';
import type { Context } from './main.ts';
import { baseModel } from './models.ts';
import { Output } from './output.ts';
import { Progress } from './progress.ts';
import { provenance } from './provenance.ts';
import { addRunFlags, parseRunFlags, runInput } from './runFlags.ts';
import { OutFolder } from './runFolder.ts';
import { withGpu, type Weights } from './session.ts';

interface Options {
  readonly policy?: string;
  readonly model?: string;
  readonly seeds: string;
  readonly quick?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

export function reproduceCommand(context: Context, exit: (code: number) => void): Command {
  const known = Object.values(experiments).map(({ name, title }) => `${name}: ${title}`);
  const command = new Command('reproduce')
    .description(`Computes figures of the paper and judges its claims by them.\n\n${known.join('\n')}`)
    .argument('<item...>', Object.keys(experiments).join(', '))
    .option('--seeds <n>', 'number of seeds, counted up from --seed', '3')
    .option('--quick', 'fewer tasks and steps: for a look, not for a verdict')
    .option('--model <file>', 'ONNX file of the base policy, instead of the shipped one')
    .option(
      '--out <folder>',
      'keeps the records (ITEM.jsonl) and the result with its verdicts (ITEM.json) there',
    )
    .option('--json', 'JSON lines on stdout: records as they come, verdicts, and a last line')
    .action(async (items: string[], options: Options) => exit(await reproduce(context, items, options)));
  addRunFlags(command, ['method']);
  return command;
}

/** What all items share. */
interface Setting {
  readonly base: Weights;
  readonly config: RunConfig;
  readonly seeds: readonly number[];
  readonly quick: boolean;
  readonly out: OutFolder | undefined;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Resolves with the exit code. */
async function reproduce(context: Context, items: string[], options: Options): Promise<number> {
  const names = [...new Set(items)].map((item) => oneOf('reproduce', item, Object.keys(experiments)));
  const count = wholeNumber('--seeds', options.seeds, 1, 100);
  const input = runInput({ ...options });
  parseRunFlags(input);
  const base = baseModel(context.root, options);
  const config = parseRunFlags({ ...input, policy: base.config.name });
  const seeds = Array.from({ length: count }, (_, i) => config.seed + i);
  if (seeds[count - 1] >= 2 ** 32)
    throw new InputError(
      '--seed: expected --seed + --seeds to stay below 4294967296, got more. Lower --seed.',
    );
  const results = names.flatMap((name) => [`${name}.json`, `${name}.jsonl`]);
  const out = options.out === undefined ? undefined : new OutFolder(options.out, results);
  const output = new Output(options.json ?? false);

  const verdicts: Record<string, Verdict[]> = {};

  const work = (signal: AbortSignal) =>
    withGpu(async (gpu) => {
      const setting: Setting = { base, config, seeds, quick: options.quick ?? false, out, output, signal };
      for (const name of names) {
        verdicts[name] = await runItem(experiments[name], gpu, setting, provenance(context, gpu.adapter));
      }
      if (output.json) output.result({ done: true, verdicts }, '');
      return 0;
    });
  return concluded(output, work, () => ({ verdicts }));
}

/** One figure or table: its records as they come, then its verdicts. @throws the signal's reason when interrupted. */
async function runItem(
  item: Experiment<object>,
  gpu: Gpu,
  { base, config, seeds, quick, out, output, signal }: Setting,
  origin: object,
): Promise<Verdict[]> {
  const { name, title } = item;
  const started = performance.now();
  const context: ExperimentContext = {
    environment: searchWorld(),
    policy: () => Promise.resolve(GpuPolicy.create(gpu, base.config, base.parameters)),
    run: config,
    seeds,
    quick,
    signal,
  };
  let progress: Progress | undefined;
  try {
    const stream = item.run(context);
    let next = await stream.next();
    for (; !next.done; next = await stream.next()) {
      const { done, total, note, record } = next.value;
      progress ??= new Progress(name, total);
      if (record) {
        out?.appendLine(`${name}.jsonl`, record);
        if (output.json) output.result({ item: name, finished: done, total, record }, '');
      }
      progress.update(done, note);
    }
    progress?.clear();
    const verdicts = item.judge(next.value);
    const wallMs = Math.round(performance.now() - started);
    const header = { item: name, title, ...origin, config, seeds, quick, wallMs };
    out?.writeJson(`${name}.json`, { ...header, verdicts, result: next.value });
    output.result({ item: name, verdicts, wallMs }, [title, ...verdicts.map(inWords)].join('\n'));
    return verdicts;
  } finally {
    progress?.clear();
  }
}

function inWords({ claim, statistic, interval, outcome }: Verdict): string {
  const { mean, low, high } = interval;
  const numbers = Number.isNaN(mean)
    ? 'no data'
    : `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  return `  ${outcome.toUpperCase()}: ${claim}\n    ${statistic}: ${numbers}`;
}
