import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Success } from '../actguide/config.ts';
import { evaluate } from '../actguide/evaluate.ts';
import { InputError } from '../core/errors.ts';
import { gridWorld } from '../envs/grid/index.ts';
import { guidancePlaces, searchWorld, type DemonstrationMixture } from '../envs/search/index.ts';
import type { Environment } from '../envs/types.ts';
import { defaultPretraining, pretrain, type PretrainSettings } from '../methods/pretrain.ts';
import { exportOnnx } from '../policy/onnx/exportOnnx.ts';
import { initialParameters } from '../policy/parameters.ts';
import { policySizes, type LanguageModel, type PolicyConfig, type PolicySize } from '../policy/types.ts';
import { concluded, messageOf } from './concluded.ts';
import { fraction, MAX_U32, oneOf, positive, wholeNumber } from './flags.ts';
import type { Context } from './main.ts';
import { inWords, Output } from './output.ts';
import { Progress } from './progress.ts';
import { provenance, type Provenance } from './provenance.ts';
import { OutFolder, writeWhole } from './runFolder.ts';
import { withPolicy } from './session.ts';

interface Options {
  readonly policy: string;
  readonly seed: string;
  readonly updates: string;
  readonly batch: string;
  readonly lr: string;
  readonly manners?: string;
  readonly places?: string;
  readonly slips?: string;
  readonly quits?: string;
  readonly gridShare?: string;
  readonly tasks: string;
  readonly out?: string;
  readonly ship?: boolean;
  readonly json?: boolean;
}

/** How well a base policy does on held-out tasks, level by level. */
interface Skills {
  readonly unguided: Success;
  readonly fullPlan: Success;
  /** In the key-door grid, of a policy that was taught it. */
  readonly grid?: { readonly unguided: Success; readonly fullPlan: Success };
}

/** What `public/models/manifest.json` says of a shipped policy: enough to make it again. */
export interface ModelEntry {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly config: PolicyConfig;
  readonly settings: PretrainSettings;
  /** Loss, nats, over the updates: [update, loss] pairs. */
  readonly curve: readonly (readonly [number, number])[];
  readonly skills: Skills;
  readonly provenance: Provenance;
}

const CURVE_POINTS = 100;

export function pretrainCommand(context: Context, exit: (code: number) => void): Command {
  const { seed, updates, batch, learningRate } = defaultPretraining;
  return new Command('pretrain')
    .description('Makes a base policy by supervised learning on demonstrations of the search world.')
    .option(`--policy <${Object.keys(policySizes).join('|')}>`, 'size of the policy', 'micro')
    .option('--seed <n>', 'seed of weights and demonstrations', String(seed))
    .option('--updates <n>', 'updates of AdamW', String(updates))
    .option('--batch <n>', 'demonstrations an update', String(batch))
    .option('--lr <x>', 'peak learning rate', String(learningRate))
    .option('--manners <n>', 'words in every thought that change nothing, as in `--manners` of a world')
    .option('--places <list>', `ways of showing plans, with commas between: ${guidancePlaces.join(', ')}`)
    .option('--slips <x>', 'probability that a planned query is first asked wrongly, with the way back')
    .option('--quits <x>', 'probability that the expert gives up at the first query beyond the plan')
    .option('--grid-share <x>', 'share of demonstrations from the key-door grid')
    .option('--tasks <n>', 'held-out tasks a level that measure the skills', '200')
    .option('--out <folder>', 'keeps metrics.jsonl, run.json and policy.onnx there')
    .option('--ship', 'makes it the shipped policy of its size: writes public/models and its manifest')
    .option('--json', 'JSON lines on stdout: one an update, and a last one with the skills')
    .action(async (options: Options) => exit(await pretrainPolicy(context, options)));
}

/** What demonstrations show: the usual mixture with what the options change. */
function parseMixture({ manners, places, slips, quits }: Options): DemonstrationMixture {
  return {
    ...defaultPretraining.mixture,
    ...(manners !== undefined && { manners: wholeNumber('--manners', manners, 0, 4) }),
    ...(places !== undefined && {
      places: places.split(',').map((place) => oneOf('--places', place.trim(), guidancePlaces)),
    }),
    ...(slips !== undefined && { slips: fraction('--slips', slips) }),
    ...(quits !== undefined && { quits: fraction('--quits', quits) }),
  };
}

function parse(options: Options): { size: PolicySize; settings: PretrainSettings; evalTasks: number } {
  const size = oneOf('--policy', options.policy, Object.keys(policySizes) as PolicySize[]);
  const settings = {
    ...defaultPretraining,
    seed: wholeNumber('--seed', options.seed, 0, MAX_U32),
    updates: wholeNumber('--updates', options.updates, 1, 1_000_000),
    batch: wholeNumber('--batch', options.batch, 1, 4096),
    learningRate: positive('--lr', options.lr, 1000),
    mixture: parseMixture(options),
    ...(options.gridShare !== undefined && { gridShare: fraction('--grid-share', options.gridShare) }),
  };
  const other = (['manners', 'places', 'slips', 'quits', 'gridShare'] as const).find((name) => options[name]);
  if (options.ship && other)
    throw new InputError(
      `--ship: expected a policy of the usual demonstrations, got one with other ${other}. Keep it with --out instead.`,
    );
  return { size, settings, evalTasks: wholeNumber('--tasks', options.tasks, 1, 4096) };
}

/** Resolves with the exit code. */
async function pretrainPolicy(context: Context, options: Options): Promise<number> {
  const { size, settings, evalTasks } = parse(options);
  const config = policySizes[size];
  const out = options.out === undefined ? undefined : new OutFolder(options.out);
  const output = new Output(options.json ?? false);
  const parameters = initialParameters(config, settings.seed);

  const started = performance.now();
  let updates = 0;

  const work = (signal: AbortSignal) =>
    withPolicy({ config, parameters }, async (policy, gpu) => {
      const origin = provenance(context, gpu.adapter);
      const progress = new Progress(`pretrain ${size}`, settings.updates);
      const every = Math.ceil(settings.updates / CURVE_POINTS);
      const curve: [number, number][] = [];
      const keep = (result: object): void =>
        out?.writeJson('run.json', { ...origin, config, settings, result });

      keep({ done: false, updates });
      try {
        for await (const step of pretrain(policy, settings)) {
          updates = step.update;
          if (updates % every === 0 || updates === 1) curve.push([updates, step.loss]);
          out?.appendLine('metrics.jsonl', step);
          if (output.json) output.result(step, '');
          progress.update(updates, `loss ${step.loss.toFixed(3)}`);
          if (signal.aborted) break;
        }
        progress.clear();
        const onnx = exportOnnx(config, await policy.parameters(), { pretraining: JSON.stringify(settings) });
        out?.write('policy.onnx', onnx);
        const skills = await skillsOf(policy, settings, evalTasks, signal);
        const sha256 = createHash('sha256').update(onnx).digest('hex');
        const wallMs = Math.round(performance.now() - started);
        const result = { done: true, updates, policy: size, seed: settings.seed, skills, sha256, wallMs };
        keep(result);
        if (options.ship) {
          const file = `${size}.onnx`;
          const entry = { name: size, file, bytes: onnx.length, sha256, config, settings, curve, skills };
          ship(context.root, { ...entry, provenance: origin }, onnx);
        }
        output.result(
          result,
          `success ${inWords(skills.unguided)}\nwith the whole plan ${inWords(skills.fullPlan)}`,
        );
        return 0;
      } catch (error) {
        keep({ done: false, updates, ...(error !== signal.reason && { error: messageOf(error) }) });
        throw error;
      } finally {
        progress.clear();
      }
    });
  return concluded(output, work, () => ({ updates }));
}

/** Held-out success in the worlds that were taught. @throws the signal's reason when interrupted. */
async function skillsOf(
  policy: LanguageModel,
  { seed, mixture: { manners }, gridShare = 0 }: PretrainSettings,
  evalTasks: number,
  signal: AbortSignal,
): Promise<Skills> {
  const held = { seed, evalTasks, temperature: 1 };
  const inWorld = async (world: Environment) => {
    const unguided = await evaluate(policy, world, held, { signal });
    return { unguided, fullPlan: await evaluate(policy, world, held, { signal, guided: 'full' }) };
  };
  const skills = await inWorld(searchWorld({ manners }));
  return gridShare > 0 ? { ...skills, grid: await inWorld(gridWorld()) } : skills;
}

/** Writes the policy into public/models and its entry into the manifest, in place of an older one. */
function ship(root: string, entry: ModelEntry, onnx: Uint8Array): void {
  const folder = join(root, 'public/models');
  const path = join(folder, 'manifest.json');
  const models = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as { models: ModelEntry[] }).models
    : [];
  const others = models.filter(({ name }) => name !== entry.name);
  const sorted = [...others, entry].sort((a, b) => a.bytes - b.bytes);
  writeWhole(join(folder, entry.file), onnx);
  writeWhole(path, `${JSON.stringify({ models: sorted }, null, 2)}\n`);
}
