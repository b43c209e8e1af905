import type { Method } from '../../actguide/config.ts';
import { searchTaskSets } from '../../envs/search/index.ts';
import type { SwitchName } from '../runInput.ts';

/** A switch of a run as the controls show it. */
export interface SwitchView {
  readonly name: SwitchName;
  readonly label: string;
  /** One line: what it does. */
  readonly about: string;
  /** Where the paper has it; empty for what is ours. */
  readonly reference: string;
  /** Values to choose from, with their words; a switch without them takes a number. */
  readonly choices?: readonly (readonly [value: string, words: string])[];
}

export interface SwitchGroup {
  readonly title: string;
  readonly about: string;
  /** For methods that do not look at all of these switches: what to know about that. */
  readonly unused: Partial<Readonly<Record<Method, string>>>;
  readonly switches: readonly SwitchView[];
}

type Choices = SwitchView['choices'];
const view = (
  name: SwitchName,
  label: string,
  reference: string,
  about: string,
  choices?: Choices,
): SwitchView => ({ name, label, reference, about, choices });
const yesNo: Choices = [
  ['false', 'no'],
  ['true', 'yes'],
];

export const switchGroups: readonly SwitchGroup[] = [
  {
    title: 'Guidance',
    about: 'When the policy sees a plan, how much of it, and how that is found.',
    unused: {
      grpo: 'GRPO sees no plan: it uses none of these.',
      sft: 'SFT sees no plan: it uses none of these.',
      opsd: 'OPSD uses “How much” alone, for the plan that its teacher sees; adaptive means the whole plan.',
    },
    switches: [
      view(
        'guide',
        'Guide',
        'Algorithm 1; Table 4, − Fallback',
        'Only after a group failed, or every task.',
        [
          ['failed', 'failed groups'],
          ['always', 'every task'],
        ],
      ),
      view(
        'guidanceLevel',
        'How much',
        'Eq. 10; Table 4, − Adaptive; Figure 7',
        'The least that recovers reward, or a fixed share of the plan.',
        [
          ['minimal', 'adaptive: the least'],
          ['0.25', 'fixed: 25 % of the plan'],
          ['0.5', 'fixed: 50 % of the plan'],
          ['0.75', 'fixed: 75 % of the plan'],
          ['1', 'the whole plan'],
        ],
      ),
      view('searchFrom', 'Search from', 'Eq. 10', 'Least level that the binary search may return.', [
        ['0', 'k = 0'],
        ['1', 'k = 1'],
      ]),
      view('probeFullPlan', 'Probe the whole plan', 'Eq. 10', 'Whether level K itself may be tried.', yesNo),
      view('probeSize', 'Probe size', 'Algorithm 1', 'Rollouts that one probe of the search takes.', [
        ['group', 'N, as a group'],
        ...['1', '2', '4', '16'].map((n) => [n, n] as const),
      ]),
      view('probeBudget', 'Probe budget B', 'Algorithm 1', 'Most probes a task.', [
        ['none', 'as many as needed'],
        ...['1', '2', '3', '5', '8'].map((n) => [n, n] as const),
      ]),
      view('unverified', 'No level succeeds', 'Algorithm 1', 'What becomes of the group then.', [
        ['skip', 'stays unguided'],
        ['use', 'last level is used'],
      ]),
      view(
        'guidedRollouts',
        'Guided rollouts',
        'Algorithm 1',
        'Those of the probe that succeeded, or new ones.',
        [
          ['probe', 'of the probe'],
          ['fresh', 'fresh at k*'],
        ],
      ),
      view(
        'actionNoise',
        'Action noise',
        'Table 5',
        'Expected share of irrelevant actions in plans, 0 to 0.9.',
      ),
    ],
  },
  {
    title: 'Objective',
    about: 'What the update does with the groups.',
    unused: {
      grpo: 'GRPO has no guided rollouts: switches about them change nothing.',
      sft: 'SFT learns by cross-entropy and uses none of these.',
      opsd: 'OPSD learns by Eq. 13 and uses none of these.',
    },
    switches: [
      view(
        'assembly',
        'Group after fallback',
        'Algorithm 1',
        'Whether the failed rollouts stay in the group.',
        [
          ['union', 'N unguided + N guided'],
          ['replace', 'guided only'],
        ],
      ),
      view(
        'guidedPrompt',
        'Prompt of guided rollouts',
        'Eq. 12; Table 4, − Mixed',
        'Under which their tokens are trained.',
        [
          ['unguided', 'without the plan (mixed)'],
          ['guided', 'with the plan'],
        ],
      ),
      view(
        'successThreshold',
        'Success from δ',
        'Eq. 10',
        'Reward from which a rollout succeeds, above 0, at most 1.',
      ),
      view('advantageStd', 'Advantage over', 'Eq. 11', 'Standard deviation that divides the advantages.', [
        ['population', 'population std'],
        ['unbiased', 'unbiased std'],
      ]),
      view('aggregation', 'Mean of the loss', 'Eq. 11', 'Over all tokens, or over rollouts of their means.', [
        ['token', 'over tokens'],
        ['sequence', 'over rollouts'],
      ]),
      view('clipEps', 'Clip ε', 'Eq. 11', 'The ratio is clipped to 1 ± ε; above 0, at most 1.'),
      view(
        'dualClip',
        'Dual clip c',
        'released code',
        'Bounds the ratio of failures; Eq. 11 as printed has none.',
        [['none', 'none'], ...['2', '3', '5', '10'].map((c) => [c, c] as const)],
      ),
      view('klCoefficient', 'KL weight β', 'Eq. 11', 'Pull towards the base policy, 0 to 10.'),
      view('klOnGuided', 'KL on guided rollouts', 'Eq. 11', 'Whether they are pulled too.', yesNo),
    ],
  },
  {
    title: 'Teachers',
    about: 'Whom supervised fine-tuning and self-distillation learn from.',
    unused: {
      actguide: 'Only SFT and OPSD use these.',
      grpo: 'Only SFT and OPSD use these.',
    },
    switches: [
      view(
        'expertSkill',
        'Expert’s skill',
        'Appendix A.1',
        'Chance that a step of its is right; the others are slips.',
      ),
      view('opsdTeacher', 'Teacher of OPSD', 'Eq. 13', 'Whose words under the plan are learned.', [
        ['policy', 'the policy of the step'],
        ['reference', 'the base policy, frozen'],
      ]),
    ],
  },
  {
    title: 'World',
    about: 'The tasks and their rules. A change puts the base policy back.',
    unused: {},
    switches: [
      view(
        'taskSet',
        'Tasks',
        'Table 1',
        'The five training levels, or a set that stands in for a benchmark.',
        searchTaskSets.map((set) => [set, set]),
      ),
      view('maxTurns', 'Turn budget', 'Table 3', 'Turns of an episode, 1 to 33.'),
      view('deadEnds', 'Dead ends', '', 'A query that finds nothing ends the episode.', yesNo),
      view('staleAliases', 'Stale aliases', '', 'Distinct aliases whose usual query is wrong, 1 to 8.'),
      view('oneStaleLeak', 'Leak: one stale alias', '', 'A level that a lucky guess solves.', yesNo),
      view('unprovenAnswers', 'Leak: unproven answers', '', 'Answers pay without their evidence.', yesNo),
      view('unrevealedPages', 'Leak: unrevealed pages', '', 'Pages open that nothing linked to.', yesNo),
      view(
        'manners',
        'Free thoughts',
        'Figure 4',
        'Free tokens in every thought, 0 to 4; only a policy that was pretrained with as many can write them.',
      ),
    ],
  },
];

/** Settings that take one part of the method away; each is named as in the paper. */
export const ablations: readonly {
  readonly name: string;
  readonly about: string;
  readonly switches: Partial<Record<SwitchName, string>>;
}[] = [
  { name: '− Adaptive', about: 'The whole plan as the fallback.', switches: { guidanceLevel: '1' } },
  {
    name: '− Fallback',
    about: 'The whole plan for every task, no unguided rollouts.',
    switches: { guide: 'always', guidanceLevel: '1' },
  },
  {
    name: '− Mixed objective',
    about: 'Guided rollouts are trained under the prompt they were sampled under.',
    switches: { guidedPrompt: 'guided' },
  },
];
