import { gridWorld } from './grid/world.ts';
import { searchWorld } from './search/world.ts';
import type { Environment } from './types.ts';

/** Every environment by name, with its default options. */
export const environments: Record<string, () => Environment> = {
  search: () => searchWorld(),
  grid: () => gridWorld(),
};
