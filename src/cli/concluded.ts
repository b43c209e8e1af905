import { InputError, LabError } from '../core/errors.ts';
import { INTERRUPTED, interruptSignal } from './interrupt.ts';
import type { Output } from './output.ts';

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Runs the work of a command, whose input has been judged, so that stdout ends in a line with `done` even when
 * Ctrl-C or an error cuts it short. `soFar`: what that line tells besides. Resolves with the exit code.
 * @throws whatever the work throws but the signal's reason; an InputError as a LabError, a failure of ours.
 */
export async function concluded(
  output: Pick<Output, 'json' | 'result'>,
  work: (signal: AbortSignal) => Promise<number>,
  soFar: () => object = () => ({}),
  signal: AbortSignal = interruptSignal(),
): Promise<number> {
  try {
    return await work(signal);
  } catch (error) {
    if (signal.aborted && error === signal.reason) {
      output.result({ done: false, ...soFar() }, 'interrupted');
      return INTERRUPTED;
    }
    if (output.json) output.result({ done: false, ...soFar(), error: messageOf(error) }, '');
    throw error instanceof InputError ? new LabError(error.message, { cause: error }) : error;
  }
}
