import { searchDefaults } from '../../envs/search/index.ts';
import type { Cell, Item } from '../item.ts';

const TABLE = 'Table 6';
const UNSTATED = 'not stated';

export const table6: Item = {
  id: 'table6',
  title: 'Settings, ours beside the paper’s',
  reference: 'Table 6',
  design:
    'The settings of this report’s runs, each with the paper’s value and where it states it. Runs nothing. Ours differ ' +
    'where a policy of a hundred thousand parameters needs it: it learns at a higher rate and in more, smaller updates.',
  paper: null,
  units: () => [],

  measure({ run }) {
    const { options } = run;
    const lines: readonly (readonly [string, Cell, Cell, string])[] = [
      ['optimizer', 'AdamW', 'AdamW', TABLE],
      ['learning rate', run.learningRate, '1e-6', TABLE],
      ['warm-up, updates', run.warmupUpdates, null, UNSTATED],
      ['largest gradient norm', run.gradClip, null, UNSTATED],
      ['KL coefficient β', options.klCoefficient, 0.001, TABLE],
      ['training tasks', run.steps * run.tasksPerStep, '2000', TABLE],
      ['training steps', run.steps, 64, TABLE],
      ['tasks a step (M)', run.tasksPerStep, 32, TABLE],
      ['updates a step', run.minibatches, '2 (PPO mini batch size 16)', TABLE],
      ['group size (N)', run.groupSize, 8, TABLE],
      ['turn limit', searchDefaults.maxTurns, 30, TABLE],
      ['ε of clipping', options.clipEps, '0.2, both sides', TABLE],
      ['sampling temperature', run.temperature, null, UNSTATED],
      ['success threshold δ', options.successThreshold, 'δ > 0', 'Eq. 10'],
      ['search range', `${options.searchFrom} … K`, '1 … K', 'Eq. 10'],
      ['search budget B', options.probeBudget ?? 'none', 'B', 'Algorithm 1, no value'],
      ['rollouts a probe', String(options.probeSize), 'N', 'Eq. 10'],
      ['group after fallback', options.assembly, 'union', 'Algorithm 1'],
      ['where no level succeeds', options.unverified, 'the group stays as it is', 'Algorithm 1'],
      ['dual clip', options.dualClip ?? 'none', null, UNSTATED],
      ['advantage', `group-based, ${options.advantageStd} deviation`, 'group-based', 'Eq. 11, no formula'],
      ['aggregation of the loss', options.aggregation, 'token', 'Eq. 11'],
      ['response length, tokens', 'bounded by the context', '40,960', TABLE],
      ['observation length, tokens', 'one page', '8,000', TABLE],
    ];
    return {
      rows: lines.map(([setting, ours, paper, where]) => ({ setting, ours, paper, where })),
      tables: [
        {
          caption: 'Settings of the runs of this report.',
          columns: ['setting', 'ours', 'paper', 'where the paper states it'],
          rows: lines,
        },
      ],
      figure: null,
      verdicts: [],
    };
  },
};
