import type { RunConfig } from '../actguide/config.ts';
import { searchDefaults } from '../envs/search/index.ts';
import { crc32 } from '../policy/onnx/crc32.ts';

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
    return new Map(entries.map(([key, value]) => [key, inWords(value)]));
  });
  const settings = new Set(flat.flatMap((entries) => [...entries.keys()]));
  return [...settings]
    .map((setting) => ({ setting, values: flat.map((entries) => entries.get(setting) ?? '–') }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}

/** A setting's value; of a list its length and a checksum, which tells two of one length apart. */
function inWords(value: unknown): string {
  if (Array.isArray(value))
    return `${value.length}, ${crc32(new TextEncoder().encode(JSON.stringify(value)))}`;
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
