import { resolve } from 'node:path';
import { Command } from 'commander';
import { InputError } from '../core/errors.ts';
import {
  isInvestigated,
  itemContext,
  items as allItems,
  judgeItem,
  MemoryStore,
  outcomeInWords,
  plainWorld,
  type Item,
  type Verdict,
} from '../experiments/index.ts';
import { concluded } from './concluded.ts';
import { oneOf, wholeNumber } from './flags.ts';
import { FolderStore } from './folderStore.ts';
import { readItem, writeItem } from './itemFiles.ts';
import { runItems } from './itemRuns.ts';
import { laboratory } from './laboratory.ts';
import { lockFolder } from './folderLock.ts';
import type { Context } from './main.ts';
import { baseModel } from './models.ts';
import { Output } from './output.ts';
import { baseName } from './policyHost.ts';
import { provenance } from './provenance.ts';
import { writeReport } from './report.ts';
import { addRunFlags, parseRunFlags, runInput } from './runFlags.ts';
import { OutFolder } from './runFolder.ts';
import { withGpu } from './session.ts';
import { requireFit } from './worldFit.ts';

interface Options {
  readonly policy?: string;
  readonly model?: string;
  readonly seeds: string;
  readonly quick?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

export function reproduceCommand(context: Context, exit: (code: number) => void): Command {
  const known = allItems.map(({ id, reference, title }) => `${id.padEnd(8)}${reference}: ${title}`);
  const command = new Command('reproduce')
    .description(
      'Reproduces figures and tables of the paper and judges its claims by them.\n\n' +
        `${known.join('\n')}\nall     every one of these`,
    )
    .argument('<item...>', ['all', ...allItems.map(({ id }) => id)].join(', '))
    .option('--seeds <n>', 'number of seeds, counted up from --seed', '3')
    .option('--quick', 'fewer tasks and steps: for a look, not for a verdict')
    .option('--model <file>', 'ONNX file of the base policy, instead of the shipped one')
    .option('--out <folder>', 'keeps runs and results there, and goes on with what is there')
    .option('--json', 'JSON lines on stdout: training steps as they come, verdicts, and a last line')
    .action(async (ids: string[], options: Options) => exit(await reproduce(context, ids, options)));
  addRunFlags(command, ['method']);
  return command;
}

/** What the arguments ask for. @throws InputError for the first that does not fit. */
function parse({ root }: Context, ids: readonly string[], options: Options) {
  const names = ids.map((id) => oneOf('reproduce', id, ['all', ...allItems.map((item) => item.id)]));
  const wanted = allItems.filter(({ id }) => names.includes('all') || names.includes(id));
  const count = wholeNumber('--seeds', options.seeds, 1, 100);
  const input = runInput({ ...options });
  parseRunFlags(input);
  const base = baseModel(root, options);
  requireFit(plainWorld, base);
  const config = parseRunFlags({ ...input, policy: base.config.name });
  if (config.seed + count > 2 ** 32)
    throw new InputError(
      '--seed: expected --seed + --seeds to stay below 4294967296, got more. Lower --seed.',
    );
  const name = baseName(config.policy, options.model);
  const context = itemContext(config, name, count, options.quick ?? false);
  return { wanted, context };
}

/** The folder of the results. @throws InputError where a quick look would replace results at full scale. */
function outFolder(path: string, wanted: readonly Item[], quick: boolean): OutFolder {
  const out = new OutFolder(path, []);
  const kept = wanted.map(({ id }) => readItem(out.path, id)).find((file) => file && !file.context.quick);
  if (quick && kept)
    throw new InputError(
      `--out: expected a folder without results at full scale, got ${path}, which has ${kept.item}.json. ` +
        'Name another one for a quick look.',
    );
  return out;
}

/** Resolves with the exit code. */
async function reproduce(context: Context, ids: string[], options: Options): Promise<number> {
  const { wanted, context: setting } = parse(context, ids, options);
  const out = options.out === undefined ? undefined : outFolder(options.out, wanted, setting.quick);
  const output = new Output(options.json ?? false);
  const verdicts: Record<string, readonly Verdict[]> = {};
  const model = options.model === undefined ? null : resolve(options.model);

  const release = out ? lockFolder(out) : undefined;
  const work = (signal: AbortSignal) =>
    withGpu(async (gpu) => {
      const store = out ? new FolderStore(out, (message) => output.note(message)) : new MemoryStore();
      const lab = laboratory(context, gpu, { model: options.model, store, signal });
      const origin = provenance(context, gpu.adapter);
      const conclude = async (item: Item): Promise<void> => {
        const { file, measured } = await judgeItem(item, setting, lab, { provenance: origin, model });
        if (out) writeItem(out, file, measured);
        verdicts[item.id] = file.verdicts;
        const scale = setting.quick ? ' (a quick look, no verdict)' : '';
        const words = [`${item.reference}: ${item.title}${scale}`, ...file.verdicts.map(inWords)].join('\n');
        output.result({ item: item.id, verdicts: file.verdicts, wallMs: file.wallMs }, words);
      };
      await runItems(wanted, setting, lab, output, conclude);
      if (out) {
        writeReport(out);
        output.note(`Kept in ${out.path}; index.html is the report.`);
      }
      if (output.json) output.result({ done: true, verdicts }, '');
      return 0;
    });
  return concluded(output, work, () => ({ verdicts })).finally(() => release?.());
}

function inWords(verdict: Verdict): string {
  const { claim, statistic, interval, paper } = verdict;
  const { mean, low, high } = interval;
  const numbers = Number.isNaN(mean)
    ? 'no data'
    : `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const beside = paper === null ? '' : `\n    paper: ${paper}`;
  const why = isInvestigated(verdict) ? `\n    why: ${verdict.investigation?.finding}` : '';
  return `  ${outcomeInWords(verdict).toUpperCase()}: ${claim}\n    ${statistic}: ${numbers}${beside}${why}`;
}
