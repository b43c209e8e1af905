import type { RunConfig } from '../actguide/config.ts';
import { searchDefaults } from '../envs/search/index.ts';

/** A setting in which compared runs differ: its path, and its value in each run. */
export interface Difference {
  readonly setting: string;
  readonly values: readonly string[];
}

/** The settings in which the configs are not all alike, in the order of the config. */
export function differences(configs: readonly RunConfig[]): Difference[] {
  const flat = configs.map((config) => {
    const { options, world, ...run } = config;
    const entries = [run, options, { ...searchDefaults, ...world }].flatMap((part) => Object.entries(part));
    return new Map(entries.map(([key, value]) => [key, value === null ? 'none' : String(value)]));
  });
  const settings = new Set(flat.flatMap((entries) => [...entries.keys()]));
  return [...settings]
    .map((setting) => ({ setting, values: flat.map((entries) => entries.get(setting) ?? '–') }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}
