import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { InputError } from '../core/errors.ts';
import { items } from '../experiments/index.ts';
import { lockFolder } from './folderLock.ts';
import { FolderStore } from './folderStore.ts';
import { readItem, rejudged, writeItem, writeItemJson } from './itemFiles.ts';
import type { Context } from './main.ts';
import { Output } from './output.ts';
import { reportHtml } from './reportHtml.ts';
import { OutFolder } from './runFolder.ts';

export function reportCommand(context: Context, exit: (code: number) => void): Command {
  return new Command('report')
    .description('Judges the runs in a folder of `reproduce` anew and rebuilds its report. Runs nothing.')
    .argument('<folder>', 'the --out folder of `reproduce`')
    .option('--json', 'one JSON line on stdout')
    .action(async (folder: string, options: { json?: boolean }) =>
      exit(await report(context, folder, new Output(options.json ?? false))),
    );
}

/** Writes `index.html`: every item of the folder with figure, tables and verdicts, in one file. */
export function writeReport(out: OutFolder): void {
  const entries = items.flatMap(({ id }) => {
    const file = readItem(out.path, id);
    const figure = join(out.path, `${id}.svg`);
    return file ? [{ file, svg: existsSync(figure) ? readFileSync(figure, 'utf8') : null }] : [];
  });
  out.write('index.html', reportHtml(entries));
}

/** Resolves with the exit code. */
async function report({ root }: Context, path: string, output: Output): Promise<number> {
  if (!existsSync(path) || !statSync(path).isDirectory())
    throw new InputError(`report: expected the --out folder of \`reproduce\`, got ${path}. Check the path.`);
  const out = new OutFolder(path, []);
  if (!items.some(({ id }) => readItem(out.path, id)))
    throw new InputError(
      `report: expected results of \`reproduce\` in ${path}, got none. Run \`npx actguide reproduce all --out ${path}\`.`,
    );
  const release = lockFolder(out);
  try {
    const verdicts = await judgeAgain(root, out, output);
    writeReport(out);
    output.result({ done: true, verdicts }, `Rebuilt ${join(out.path, 'index.html')}`);
    return 0;
  } finally {
    release();
  }
}

/** Judges each item anew, writes it, and returns its verdicts. */
async function judgeAgain(root: string, out: OutFolder, output: Output): Promise<Record<string, unknown>> {
  const store = new FolderStore(out, (message) => output.note(message));
  const verdicts: Record<string, unknown> = {};
  for (const item of items) {
    const file = readItem(out.path, item.id);
    if (!file) continue;
    const judged = await rejudged(root, item, file, store);
    if (judged.measured) writeItem(out, judged.file, judged.measured);
    else {
      writeItemJson(out, judged.file);
      output.note(
        `${item.id}: it asks for runs that are not there, so it stays as it was judged. ` +
          `\`npx actguide reproduce ${item.id} --out ${out.path}\` makes it again.`,
      );
    }
    verdicts[item.id] = judged.file.verdicts;
  }
  return verdicts;
}
