import type { Success } from '../actguide/config.ts';

/**
 * Results go to stdout: with `--json` one JSON object a line and nothing else, without it the same in words.
 * Everything said on the way goes to stderr.
 */
export class Output {
  constructor(readonly json: boolean) {}

  result(value: object, words: string): void {
    process.stdout.write(`${this.json ? JSON.stringify(value) : words}\n`);
  }

  note(words: string): void {
    process.stderr.write(`${words}\n`);
  }
}

/** A reader that went away (`| head`) ends the command quietly. */
export function quietOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

export const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;

/** Mean and levels of a success rate. */
export const inWords = ({ mean, levels }: Success): string =>
  `${percent(mean)} (${levels.map(percent).join(' · ')})`;
