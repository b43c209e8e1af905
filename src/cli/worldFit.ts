import { InputError } from '../core/errors.ts';
import { gridDefaults, longestEpisode as longestInGrid } from '../envs/grid/index.ts';
import { STEP_TOKENS } from '../envs/prompt.ts';
import { longestEpisode as longestInSearch, searchDefaults } from '../envs/search/index.ts';
import type { WorldSpec } from '../experiments/index.ts';
import { mannersOf, requireManners } from '../methods/manners.ts';
import type { ImportedPolicy } from '../policy/onnx/importOnnx.ts';
import { inFlags } from './runFlags.ts';

/**
 * A world asks a policy for steps as long as those it was pretrained on, and for episodes that it can read to their end.
 * @throws InputError, naming the option, where one of them is not so.
 */
export function requireFit(
  world: WorldSpec,
  { config, metadata }: Pick<ImportedPolicy, 'config' | 'metadata'>,
): void {
  let tokens: number;
  let given: string;
  if (world.name === 'grid') {
    const { maxTurns } = { ...gridDefaults, ...world.options };
    tokens = longestInGrid(maxTurns);
    given = `${maxTurns} turns`;
  } else {
    const { maxTurns, manners } = { ...searchDefaults, ...world.options };
    inFlags(() => requireManners({ world: { manners } }, mannersOf(metadata)));
    tokens = longestInSearch(maxTurns, STEP_TOKENS + manners);
    given = `${maxTurns} turns and ${manners} manners`;
  }
  if (tokens > config.context)
    throw new InputError(
      `--max-turns: expected episodes of up to ${config.context} tokens, the context of the policy, got ${tokens} with ` +
        `${given}. Lower it.`,
    );
}
