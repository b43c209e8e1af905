import type { RunConfig } from '../actguide/config.ts';
import { InputError } from '../core/errors.ts';
import { searchDefaults, type SearchWorld } from '../envs/search/world.ts';
import { requireManners } from '../methods/manners.ts';

/**
 * A run goes in the world that is in place, with a policy that can write its steps (`manners`: those it knows).
 * @throws InputError when the config asks for another world.
 */
export function requireWorld({ options }: SearchWorld, config: RunConfig, manners: number): void {
  const [expected, got] = [options, { ...searchDefaults, ...config.world }].map((o) => JSON.stringify(o));
  if (expected !== got)
    throw new InputError(
      `start: expected the world ${expected}, which is in place, got ${got}. Set it first.`,
    );
  requireManners(config, manners);
}
