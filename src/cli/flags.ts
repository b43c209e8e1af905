import { InputError } from '../core/errors.ts';

/** A whole number from `least` to `most`. @throws InputError naming the flag. */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = text.trim() === '' ? NaN : Number(text);
  if (!Number.isInteger(number) || number < least || number > most)
    throw new InputError(
      `${flag}: expected a whole number from ${least} to ${most}, got '${text}'. Correct it.`,
    );
  return number;
}

/** A number above zero, at most `most`. @throws InputError naming the flag. */
export function positive(flag: string, text: string, most: number): number {
  const number = Number(text);
  if (!(number > 0 && number <= most))
    throw new InputError(`${flag}: expected a number above 0, at most ${most}, got '${text}'. Correct it.`);
  return number;
}

/** A number from 0 to 1. @throws InputError naming the flag. */
export function fraction(flag: string, text: string): number {
  const number = text.trim() === '' ? NaN : Number(text);
  if (!(number >= 0 && number <= 1))
    throw new InputError(`${flag}: expected a number from 0 to 1, got '${text}'. Correct it.`);
  return number;
}

/** One of `choices`. @throws InputError naming the flag. */
export function oneOf<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined)
    throw new InputError(
      `${flag}: expected one of ${choices.join(', ')}, got '${text}'. Choose one of these.`,
    );
  return found;
}

export const MAX_U32 = 2 ** 32 - 1;
