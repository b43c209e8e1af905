import { Command } from 'commander';
import type { RunConfig, StepMetrics, Success } from '../actguide/config.ts';
import { runWork } from '../actguide/runMemory.ts';
import { environmentOf } from '../experiments/index.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { createTrainer } from '../methods/index.ts';
import { requireMemory } from '../policy/memoryPlan.ts';
import { exportOnnx } from '../policy/onnx/exportOnnx.ts';
import { withActionFile } from './actionFiles.ts';
import { concluded, messageOf } from './concluded.ts';
import { wholeNumber } from './flags.ts';
import { INTERRUPTED } from './interrupt.ts';
import type { Context } from './main.ts';
import { baseModel } from './models.ts';
import { inWords, Output, percent } from './output.ts';
import { Progress } from './progress.ts';
import { provenance } from './provenance.ts';
import { addRunFlags, parseRunFlags, runInput } from './runFlags.ts';
import { OutFolder } from './runFolder.ts';
import { withPolicy } from './session.ts';
import { requireFit } from './worldFit.ts';
import { addWorldFlags, worldOf } from './worldFlags.ts';

interface Options {
  readonly policy?: string;
  readonly model?: string;
  readonly actions?: string;
  readonly demonstratedTasks?: string;
  readonly gpuMemory?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export function trainCommand(context: Context, exit: (code: number) => void): Command {
  const command = new Command('train').description('Trains a policy with reinforcement learning.');
  addRunFlags(command);
  return addWorldFlags(command)
    .option('--model <file>', 'ONNX file of the policy to start from, instead of the shipped base policy')
    .option('--actions <file>', 'action data (JSON Lines) whose plans guide in place of the reference plans')
    .option(
      '--demonstrated-tasks <n>',
      'tasks of every step that are those of --actions, in turn (default: 0)',
    )
    .option('--gpu-memory <MiB>', 'what GPU buffers may take; a run that would take more is refused')
    .option('--out <folder>', 'keeps metrics.jsonl, run.json and policy.onnx there')
    .option('--json', 'JSON lines on stdout: one a step, and a last one with the result')
    .action(async (options: Options) => exit(await train(context, options)));
}

/** Makes steps until the last or an interruption; resolves with the exit code. */
async function train(context: Context, options: Options): Promise<number> {
  const world = worldOf({ ...options });
  const input = { ...runInput({ ...options }), ...(world.name === 'search' && { world: world.options }) };
  parseRunFlags(input); // what was typed is judged before any file is opened
  const environment = environmentOf(world);
  const base = baseModel(context.root, options);
  requireFit(world, base);
  const output = new Output(options.json ?? false);
  const asked = parseRunFlags({ ...input, policy: base.config.name });
  const config = withActionFile(asked, options, environment, base.config.context, output);
  const budgetBytes =
    options.gpuMemory === undefined
      ? undefined
      : wholeNumber('--gpu-memory', options.gpuMemory, 1, 2 ** 20) * 2 ** 20;
  if (budgetBytes !== undefined)
    requireMemory(base.config, runWork(config, base.config), { budgetBytes, bufferBytes: Infinity });
  const out = options.out === undefined ? undefined : new OutFolder(options.out);

  const { method, preset, seed, steps } = config;
  const started = performance.now();
  let soFar = (): object => ({ steps: 0 });

  const work = (signal: AbortSignal) =>
    withPolicy(
      base,
      async (policy, gpu) => {
        const origin = provenance(context, gpu.adapter);
        const progress = new Progress(`${method} ${config.policy}`, steps);
        const plan = requireMemory(policy.config, runWork(config, policy.config), gpu.memory);
        output.note(`GPU memory: at most ${Math.ceil(plan.bytes / 2 ** 20)} MiB`);
        const trainer = createTrainer(policy, environment, config);
        let success: Success | null = null;
        soFar = () => ({
          success,
          steps: trainer.stepsDone,
          method,
          policy: config.policy,
          preset,
          seed,
          adapter: gpu.adapter.description,
          wallMs: Math.round(performance.now() - started),
        });
        const keep = (result: object): void =>
          out?.writeJson('run.json', { ...origin, config, world, result });
        const makeSteps = async (): Promise<void> => {
          while (!trainer.finished && !signal.aborted) {
            const metrics = await trainer.step({ signal });
            success = metrics.success ?? success;
            const line = { ...metrics, memory: memoryOf(gpu) };
            out?.appendLine('metrics.jsonl', line);
            progress.clear();
            output.result(line, stepInWords(metrics, config));
            progress.update(trainer.stepsDone);
          }
        };

        keep({ done: false, ...soFar() });
        try {
          // A step that was interrupted leaves policy and trainer as they were before it.
          await makeSteps().catch((error: unknown) => {
            if (error !== signal.reason) throw error;
          });
          const onnx = exportOnnx(base.config, await policy.parameters(), {
            ...base.metadata,
            run: JSON.stringify(config),
          });
          out?.write('policy.onnx', onnx);
        } catch (error) {
          keep({ done: false, ...soFar(), error: messageOf(error) });
          throw error;
        } finally {
          progress.clear();
        }
        const result = { done: trainer.finished, ...soFar() };
        keep(result);
        output.result(
          result,
          success ? `unguided success ${inWords(success)}` : 'stopped before the first evaluation',
        );
        if (out) output.note(`Kept in ${out.path}`);
        return trainer.finished ? 0 : INTERRUPTED;
      },
      budgetBytes,
    );
  return concluded(output, work, () => soFar());
}

/** What is held after a step: bytes of GPU buffers, of the JavaScript heap, and of the whole process. */
function memoryOf(gpu: Gpu): { gpuBytes: number; heapBytes: number; processBytes: number } {
  const { heapUsed, rss } = process.memoryUsage();
  return { gpuBytes: gpu.allocatedBytes, heapBytes: heapUsed, processBytes: rss };
}

function stepInWords(metrics: StepMetrics, { steps }: RunConfig): string {
  const { step, trainableGroups, kStar, probes, timing, success } = metrics;
  const guided = kStar === null ? '' : `, k* ${kStar.toFixed(1)} after ${probes} probes`;
  const evaluated = success ? `, unguided success ${inWords(success)}` : '';
  const seconds = (timing.stepMs / 1000).toFixed(1);
  return `step ${step + 1}/${steps}: ${percent(trainableGroups)} trainable groups${guided}${evaluated} [${seconds} s]`;
}
