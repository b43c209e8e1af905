import type { Method, RunConfig } from '../actguide/config.ts';

const methodNames: Readonly<Record<string, string>> = {
  actguide: 'ActGuide',
  grpo: 'GRPO',
  sft: 'SFT',
  opsd: 'OPSD',
} satisfies Record<Method, string>;
const methodsInWords: Readonly<Record<Method, string>> = {
  actguide: 'GRPO, with the least plan that recovers reward where a whole group fails (Algorithm 1)',
  grpo: 'zero RL: groups of unguided rollouts and nothing else (the paper’s baseline)',
  sft: 'supervised fine-tuning on an expert’s successful episodes (Appendix A.1, Table 2)',
  opsd: 'on-policy self-distillation: the policy under the plan teaches it without (Eq. 13, Table 8)',
};
const presetNames: Readonly<Record<string, string>> = { paper: 'Paper', 'released-code': 'Released code' };

/** A method as it is written in prose; one without a name of its own goes by its key. */
export const methodName = (method: string): string =>
  Object.hasOwn(methodNames, method) ? methodNames[method] : method.toUpperCase();

/** What a method does, in a line. */
export const methodInWords = (method: Method): string => methodsInWords[method];

export const presetName = (preset: string): string =>
  Object.hasOwn(presetNames, preset) ? presetNames[preset] : preset;

/** What a new run is called until a person names it. */
export const runName = ({ method, policy, seed }: RunConfig): string =>
  `${methodName(method)} · ${policy} · seed ${seed}`;
