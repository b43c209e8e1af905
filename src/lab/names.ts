import type { RunConfig } from '../actguide/config.ts';

const methodNames: Readonly<Record<string, string>> = { actguide: 'ActGuide', grpo: 'GRPO' };
const presetNames: Readonly<Record<string, string>> = { paper: 'Paper', 'released-code': 'Released code' };

/** A method as it is written in prose; one without a name of its own goes by its key. */
export const methodName = (method: string): string =>
  Object.hasOwn(methodNames, method) ? methodNames[method] : method.toUpperCase();

export const presetName = (preset: string): string =>
  Object.hasOwn(presetNames, preset) ? presetNames[preset] : preset;

/** What a new run is called until a person names it. */
export const runName = ({ method, policy, seed }: RunConfig): string =>
  `${methodName(method)} · ${policy} · seed ${seed}`;
