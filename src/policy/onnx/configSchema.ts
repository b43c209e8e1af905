import * as v from 'valibot';
import { InputError } from '../../core/errors.ts';
import type { PolicyConfig } from '../types.ts';

const size = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));

/** Limits far above what a browser can train, low enough that a damaged number cannot exhaust memory. */
const configSchema = v.pipe(
  v.strictObject({
    name: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
    vocabulary: size(65536),
    width: size(4096),
    layers: size(64),
    heads: size(256),
    feedForward: size(16384),
    context: size(16384),
  }),
  v.check(({ width, heads }) => width % heads === 0, 'expected width to be a multiple of heads'),
  v.check(({ width, heads }) => (width / heads) % 2 === 0, 'expected an even head dimension width / heads'),
);

/**
 * A policy config from untrusted data.
 * @throws InputError naming the field at fault; `where` opens the message, `remedy` ends it.
 */
export function parseConfig(data: unknown, where: string, remedy: string): PolicyConfig {
  const result = v.safeParse(configSchema, data);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw new InputError(`${where}: policy config${path ? `, ${path}` : ''}: ${issue.message}. ${remedy}`);
}
