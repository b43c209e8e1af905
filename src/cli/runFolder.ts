import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError, LabError } from '../core/errors.ts';

/** The folder that `--out` names. Checked when made, created with the first file: bad input leaves no trace. */
export class OutFolder {
  readonly path: string;
  private readonly made = new Set<string>();

  /**
   * `results`: files that only this run may write.
   * @throws InputError when the path is a file, cannot be written to, or holds such a file already.
   */
  constructor(path: string, results: readonly string[] = ['run.json']) {
    this.path = resolve(path);
    const taken = results.find((name) => existsSync(join(this.path, name)));
    if (taken)
      throw new InputError(
        `--out: expected a folder without ${taken}, got ${path}, which has one. Name another one.`,
      );
    let parent = this.path;
    while (!existsSync(parent)) parent = dirname(parent);
    if (!statSync(parent).isDirectory())
      throw new InputError(
        `--out: expected a folder, got ${path}, where ${parent} is a file. Name another one.`,
      );
    try {
      accessSync(parent, constants.W_OK);
    } catch {
      throw new InputError(
        `--out: expected a writable folder, got ${path}. Change its permissions or name another one.`,
      );
    }
  }

  /** Appends one JSON line; it is on disk when this returns, so an interrupted run keeps it. */
  appendLine(name: string, value: unknown): void {
    this.keep(name, (file) => appendFileSync(file, `${JSON.stringify(value)}\n`));
  }

  /** `name` may lead into a folder of its own. */
  write(name: string, data: string | Uint8Array): void {
    this.keep(name, (file) => writeWhole(file, data));
  }

  /** Writes a file that is not there yet, whole or not at all. @throws the file system's EEXIST where it is. */
  create(name: string, data: string): void {
    this.keep(name, (file) => {
      const descriptor = openSync(file, 'wx');
      try {
        writeFileSync(descriptor, data);
      } catch (error) {
        rmSync(file, { force: true });
        throw error;
      } finally {
        closeSync(descriptor);
      }
    });
  }

  writeJson(name: string, value: unknown): void {
    this.write(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** @throws LabError when the disk is full or the folder has become unwritable. */
  private keep(name: string, write: (file: string) => void): void {
    const file = join(this.path, name);
    try {
      if (!this.made.has(dirname(file))) makeFolder(dirname(file));
      this.made.add(dirname(file));
      write(file);
    } catch (error) {
      const [got, remedy] = refusals[(error as NodeJS.ErrnoException).code ?? ''] ?? [];
      if (!got) throw error;
      throw new LabError(
        `--out: expected to write ${file}, got ${got}. ${remedy} What was kept before stays.`,
        {
          cause: error,
        },
      );
    }
  }
}

/** Why a file cannot be written, and what to do about it. */
const refusals: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: ['a full disk', 'Make room.'],
  EDQUOT: ['a used-up quota', 'Make room.'],
  EACCES: ['no permission', 'Change the permissions of the folder.'],
  EPERM: ['no permission', 'Name another folder.'],
  EROFS: ['a read-only disk', 'Name another folder.'],
  ENOENT: ['no folder there, nor room for one', 'Name another folder.'],
};

/** A folder with its parents. By hand: Node's `recursive` never returns where the system makes none, as in /proc. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Writes a whole file; if the process dies meanwhile, an older version stays as it was. */
export function writeWhole(file: string, data: string | Uint8Array): void {
  const part = `${file}.part`;
  try {
    writeFileSync(part, data);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
