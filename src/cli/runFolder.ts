import {
  accessSync,
  appendFileSync,
  constants,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../core/errors.ts';

/** The folder that `--out` names. Checked when made, created with the first file: bad input leaves no trace. */
export class OutFolder {
  readonly path: string;
  private created = false;

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
    appendFileSync(this.file(name), `${JSON.stringify(value)}\n`);
  }

  write(name: string, data: string | Uint8Array): void {
    writeWhole(this.file(name), data);
  }

  writeJson(name: string, value: unknown): void {
    this.write(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  private file(name: string): string {
    if (!this.created) mkdirSync(this.path, { recursive: true });
    this.created = true;
    return join(this.path, name);
  }
}

/** Writes a whole file; if the process dies meanwhile, an older version stays as it was. */
export function writeWhole(file: string, data: string | Uint8Array): void {
  writeFileSync(`${file}.part`, data);
  renameSync(`${file}.part`, file);
}
