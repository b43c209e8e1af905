import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { InputError } from '../core/errors.ts';
import {
  describeUnit,
  differencesOf,
  items,
  MemoryStore,
  runUnits,
  keyIn,
  unitsToRun,
  type Difference,
  type ItemContext,
} from '../experiments/index.ts';
import { choicesInWords } from '../kernels/tilings.ts';
import { concluded } from './concluded.ts';
import { wholeNumber } from './flags.ts';
import { recordIn } from './folderStore.ts';
import { readItem } from './itemFiles.ts';
import { laboratory } from './laboratory.ts';
import type { Context } from './main.ts';
import { Output } from './output.ts';
import { baseName } from './policyHost.ts';
import { Progress } from './progress.ts';
import type { Provenance } from './provenance.ts';
import { withGpu } from './session.ts';

/** Differences that are printed of a run; the rest is counted. */
const SHOWN = 3;

export function repeatCommand(context: Context, exit: (code: number) => void): Command {
  return new Command('repeat')
    .description(
      'Makes an item again from its JSON and compares every number with the runs kept beside it. ' +
        'On the same adapter they are the same to the last bit.',
    )
    .argument('<file>', 'ITEM.json in a folder of `reproduce`')
    .option('--seeds <n>', 'only the first n of its seeds')
    .option('--json', 'JSON lines on stdout: one a run, and a last one')
    .action(async (file: string, options: { seeds?: string; json?: boolean }) =>
      exit(await repeat(context, file, options)),
    );
}

/** The item of a file, in the context that it was made in. @throws InputError where there is none. */
function read(path: string, seeds: string | undefined) {
  const file = resolve(path);
  const item = items.find(({ id }) => `${id}.json` === basename(file));
  const kept = item && existsSync(file) ? readItem(dirname(file), item.id) : null;
  if (!item || !kept)
    throw new InputError(
      `repeat: expected the ITEM.json of a folder of \`reproduce\`, got ${path}. Check the path.`,
    );
  const count =
    seeds === undefined
      ? kept.context.seeds.length
      : wholeNumber('--seeds', seeds, 1, kept.context.seeds.length);
  const model = kept.model ?? undefined;
  const setting: ItemContext = {
    ...kept.context,
    base: baseName(kept.context.base, model),
    seeds: kept.context.seeds.slice(0, count),
  };
  return { folder: dirname(file), item, kept, setting, model };
}

/** Resolves with the exit code: 0 where all numbers are the same, 1 where one differs. */
async function repeat(
  context: Context,
  path: string,
  options: { seeds?: string; json?: boolean },
): Promise<number> {
  const { folder, item, kept, setting, model } = read(path, options.seeds);
  const output = new Output(options.json ?? false);
  let same = 0;
  let different = 0;
  let lost = 0;
  const soFar = () => ({ item: item.id, same, different });

  const work = (signal: AbortSignal) =>
    withGpu(async (gpu) => {
      const lab = laboratory(context, gpu, { model, store: new MemoryStore(), signal });
      const units = item.units(setting);
      const keys = new Set(await Promise.all(units.map((unit) => keyIn(lab, unit))));
      const missing = [...keys].filter((key) => !kept.runs.includes(key)).length;
      if (missing > 0)
        throw new InputError(
          `repeat: expected the runs of ${path}, got ${missing} others, for this version asks for them. ` +
            'Check out the commit of its provenance.',
        );
      output.note(
        `${(await unitsToRun(units, lab)).length} runs are made again on ${gpu.adapter.description}`,
      );
      const origins = new Set<string>();
      let progress: Progress | undefined;
      for await (const { unit, key, record, done, total } of runUnits(units, lab)) {
        progress ??= new Progress('repeat', Math.round(total));
        progress.update(Math.round(done), describeUnit(unit));
        if (!record) continue;
        const first = recordIn(folder, key, (message) => output.note(message));
        if (!first) {
          // A policy that only probes look at may not have been kept.
          if (kept.runs.includes(key)) lost++;
          continue;
        }
        const found = differencesOf(first, record);
        if (found.length === 0) same++;
        else {
          different++;
          for (const origin of otherOrigins(first.provenance, lab.provenance())) origins.add(origin);
        }
        progress.clear();
        const words = `${found.length === 0 ? 'the same' : 'DIFFERENT'}: ${describeUnit(unit)}`;
        output.result({ run: key, differences: found }, [words, ...inWords(found)].join('\n'));
      }
      progress?.clear();
      for (const origin of origins) output.note(origin);
      if (lost > 0) output.note(`${lost} runs of ${path} have no record beside it: restore its folder runs`);
      const done = same > 0 && different + lost === 0;
      output.result(
        { done, ...soFar() },
        `${item.id}: ${same} of ${same + different} runs gave the same numbers, to the last bit`,
      );
      return done ? 0 : 1;
    });
  return concluded(output, work, soFar);
}

/** What differs between where a run was made and here, and can be why its numbers do. */
function otherOrigins(before: object, after: object): string[] {
  const [was, is] = [before, after] as Partial<Provenance>[];
  const commit = was.commit !== is.commit || was.modified || is.modified;
  const adapter = was.adapter?.description !== is.adapter?.description;
  const [then, now] = [choicesInWords(was.adapter ?? {}), choicesInWords(is.adapter ?? {})];
  return [
    ...(commit
      ? [
          `Sources: run of ${was.commit}${was.modified ? ', modified' : ''}, here ${is.commit}${is.modified ? ', modified' : ''}. ` +
            'Another order of a sum is enough for other last bits: check out the commit of the run.',
        ]
      : []),
    ...(adapter ? [`Adapter: run on ${was.adapter?.description}, here ${is.adapter?.description}.`] : []),
    ...(then && then !== now && !adapter
      ? [`Kernels: run with ${then}, here with ${now}; ACTGUIDE_TILING and ACTGUIDE_ROLLOUTS choose.`]
      : []),
  ];
}

const inWords = (found: readonly Difference[]): string[] => [
  ...found
    .slice(0, SHOWN)
    .map(({ path, before, after }) => `  ${path}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`),
  ...(found.length > SHOWN ? [`  and ${found.length - SHOWN} more`] : []),
];
