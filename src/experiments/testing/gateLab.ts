import { defaultRun, presetOptions, type RunConfig } from '../../actguide/config.ts';
import { GatePolicy } from '../../actguide/testing/gatePolicy.ts';
import { gates } from '../../actguide/testing/gates.ts';
import { sha256 } from '../units.ts';
import type { ItemContext } from '../item.ts';
import type { Laboratory } from '../runner.ts';
import { MemoryStore } from '../store.ts';

/** A run on the gates, small enough for a test. */
export const gateRun: RunConfig = {
  ...defaultRun,
  steps: 3,
  tasksPerStep: 6,
  groupSize: 4,
  minibatches: 1,
  learningRate: 0.15,
  warmupUpdates: 4,
  evalEvery: 2,
  evalTasks: 6,
  options: presetOptions.paper,
};

export const gateContext: ItemContext = { base: 'gates', run: gateRun, seeds: [1, 2, 3], quick: false };

/** A laboratory with the tabular policy, in memory; `created` counts the policies it made. */
export async function gateLab(signal?: AbortSignal) {
  const created: GatePolicy[] = [];
  const base = new GatePolicy();
  const weights = { config: base.config, parameters: await base.parameters() };
  const hash = await sha256(new Uint8Array(weights.parameters.buffer.slice(0) as ArrayBuffer));
  const store = new MemoryStore();
  const lab: Laboratory = {
    store,
    host: {
      base: () => ({ sha256: hash, weights }),
      create: async ({ parameters }) => {
        const policy = new GatePolicy();
        const zeros = () => new Float32Array(parameters.length);
        policy.restore({ parameters, firstMoment: zeros(), secondMoment: zeros(), updates: 0 });
        created.push(policy);
        return policy;
      },
      encode: ({ parameters }) => new Uint8Array(parameters.slice().buffer),
      decode: (bytes) => ({ config: base.config, parameters: new Float32Array(bytes.slice().buffer) }),
    },
    environment: () => gates,
    provenance: () => ({ adapter: 'none' }),
    signal,
  };
  return { lab, store, created };
}
