import type { Recording } from '../../workers/recording.ts';
import { percent } from '../format.ts';
import { evaluationsOf } from './curves.ts';
import { chanceOfAll, meanShiftOf } from './facts.ts';
import type { LessonId } from './ids.ts';

/** One lesson: what is said, what is asked, and what the recording answers. */
export interface LessonText {
  readonly id: LessonId;
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** Set on a line of its own. */
  readonly formula?: string;
  readonly ask: string;
  readonly options: readonly string[];
  /** Which option the recording bears out, and the figures that say so. */
  readonly answer: (recording: Recording) => { readonly right: number; readonly because: string };
}

export const lessons: readonly LessonText[] = [
  {
    id: 'policy',
    title: 'What a policy sees',
    paragraphs: [
      'A small transformer looks for an answer. It reads a question and the pages it has opened, and says one word at a time: a tool, a thought, an argument. Every word is drawn from a *probability over 80 words*. That is all a policy $\\pi_\\theta$ is.',
      'The panel shows it at an easy task. *Choose a word* to see what else it might have said.',
    ],
    formula: '\\pi_\\theta(\\tau \\mid x)=\\prod_j \\pi_\\theta(z_j \\mid x, z_{<j})',
    ask: 'It has read the page. How sure is it of the name it answers with?',
    options: ['About one in three, one for each link', 'About 80 %', 'Over 99 %'],
    answer: ({ easy }) => {
      const p = easy.trajectory.tokens.at(-1)?.unguided ?? 0;
      return {
        right: p > 0.99 ? 2 : p > 0.6 ? 1 : 0,
        because: `It gives its answer a probability of ${p.toFixed(4)}. Following links is a skill it was taught.`,
      };
    },
  },
  {
    id: 'barrier',
    title: 'The barrier',
    paragraphs: [
      'Some pages hide behind an *alias*: they open only to the right query. For the aliases of this task the policy has a firm belief, and it is wrong. Four in a row bar the way.',
      'We walk the agent along the right path and ask before every turn: *if it went on alone from here, would one of 32 tries succeed?* The blue bars say how much a plan in the prompt would change each word.',
    ],
    formula: '|\\Delta\\mathrm{Logit}|_j=\\tfrac1V\\sum_v|\\ell_v(z_{<j},g)-\\ell_v(z_{<j})|',
    ask: 'From where on does it manage alone?',
    options: ['From the start, with luck', 'After the first alias', 'Only after the last alias'],
    answer: ({ frames }) => {
      const { prefixes, barrier } = frames[0].barrier;
      const first = prefixes.find(({ passAtK }) => passAtK >= 0.5)?.turns ?? Infinity;
      const right = first === 0 ? 0 : barrier && first > barrier[1] ? 2 : 1;
      return {
        right,
        because: `Before turn ${first + 1} pass@32 stays below one half; from there it is ${prefixes.find(({ turns }) => turns === first)?.passAtK.toFixed(2) ?? '–'}. The shaded turns are the barrier, computed exactly from the task’s states.`,
      };
    },
  },
  {
    id: 'samples',
    title: 'Why more samples cannot help',
    paragraphs: [
      'Reinforcement learning tries a task $N$ times and strengthens what earned more than the rest of its group. If *all* tries fail, every advantage is exactly zero and nothing is learned:',
      'So the method waits for luck. How long?',
    ],
    formula: '\\hat A_i=\\frac{Y_i-\\operatorname{mean}(Y)}{\\operatorname{std}(Y)+10^{-6}}',
    ask: 'The untrained policy tried this task 4,096 times. How many tries succeeded?',
    options: ['About 100', 'About 5', 'None'],
    answer: ({ hard, frames }) => {
      const { successes, tries } = hard.tries;
      const chance = chanceOfAll(frames[0].queries);
      return {
        right: successes === 0 ? 2 : successes < 30 ? 1 : 0,
        because: `${successes} of ${tries.toLocaleString('en-US')}. All four right queries in a row come up about once in ${Math.round(1 / chance / 1e5) / 10} million tries.`,
      };
    },
  },
  {
    id: 'plan',
    title: 'A plan in the prompt',
    paragraphs: [
      'Now we put a *plan* before the question: the first $k$ actions of a reference solution, tools and arguments only, no reasoning. The policy was taught to follow plans, and it walks straight through.',
      'The darker a word, the more the plan changed it. Choose one to see its probability with the plan and without.',
    ],
    formula: 'g_k=(\\tilde\\alpha_1,\\dots,\\tilde\\alpha_k)',
    ask: 'Which words does the plan change most?',
    options: ['The visits', 'The queries to aliases', 'The thoughts'],
    answer: ({ hard }) => {
      const shift = meanShiftOf(hard.guided);
      const values = [shift.visits, shift.queries, shift.thoughts];
      return {
        right: values.indexOf(Math.max(...values)),
        because: `Mean |ΔLogit|: queries ${shift.queries.toFixed(2)}, visits ${shift.visits.toFixed(2)}, thoughts ${shift.thoughts.toFixed(2)}. The plan matters exactly where the policy is wrong.`,
      };
    },
  },
  {
    id: 'search',
    title: 'How much to guide',
    paragraphs: [
      'A plan has a price. What is done under it must later be learned *without* it, and the further the two are apart, the noisier the lesson: $R_k$ is the variance of the log-ratio $L_k$. So ActGuide looks for the *least* level that succeeds, by halving the range.',
      'Move $\\lambda$ to weigh benefit against risk.',
    ],
    formula: 'k^\\star=\\min\\{k:\\max_i Y(\\tau_i^{(k)})\\ge\\delta\\},\\qquad J_k=B_k-\\lambda R_k',
    ask: 'This plan has 8 actions and 4 aliases. How many actions must be shown before any of 64 tries succeeds?',
    options: ['2', '4', '7'],
    answer: ({ hard }) => {
      const k = hard.curve.points.find(({ successes }) => successes > 0)?.k ?? hard.task.plan.length;
      const near = [2, 4, 7].map((option) => Math.abs(option - k));
      return {
        right: near.indexOf(Math.min(...near)),
        because: `${k}: every alias must be covered. Below it not one of 64 tries at each level succeeds.`,
      };
    },
  },
  {
    id: 'learning',
    title: 'Learning without the plan',
    paragraphs: [
      'Guided and unguided tries join one group. The trick is *how* guided ones are trained: as if nobody had helped. The numerator asks for their probability under the bare question, the denominator remembers that a plan was there.',
      'The aliases fall one after another, each in its own time. Watch the four bars: the probability of the right query *without any plan*.',
    ],
    formula:
      'r_j^{\\mathrm{mix}}=\\frac{\\pi_\\theta(z_j\\mid x,z_{<j})}{\\pi_{\\theta_{\\mathrm{old}}}(z_j\\mid x,g_{k^\\star},z_{<j})}',
    ask: 'After 64 steps the plan is taken away. How often does the policy solve tasks with four aliases?',
    options: ['Never: it needs the plan', 'About half of the time', 'Nearly always'],
    answer: ({ runs }) => {
      const last = evaluationsOf(runs.actguide).at(-1)?.levels.at(-1) ?? 0;
      const grpo = evaluationsOf(runs.grpo).at(-1)?.levels.at(-1) ?? 0;
      return {
        right: last < 0.25 ? 0 : last < 0.75 ? 1 : 2,
        because: `${percent(last)} of held-out tasks, with no plan. GRPO, from the same policy, seed and tasks: ${percent(grpo)}.`,
      };
    },
  },
  {
    id: 'too-much',
    title: 'Too much guidance',
    paragraphs: [
      'If a little help is good, is more better? Here every group gets the *whole* plan from the start, and there are no unguided tries at all. At first nearly every rollout succeeds, and nearly every advantage is zero.',
      'Three runs of one seed, the same tasks, measured without a plan.',
    ],
    ask: 'What does the policy learn when it always sees the whole plan?',
    options: [
      'The same as with the least plan',
      'Some of it, far less than with the least plan',
      'Less than with no help at all',
    ],
    answer: ({ runs }) => {
      const last = (run: (typeof runs)['grpo']): number => evaluationsOf(run).at(-1)?.mean ?? 0;
      const [whole, none, adaptive] = [last(runs.wholePlan), last(runs.grpo), last(runs.actguide)];
      return {
        right: whole < none ? 2 : whole < adaptive - 0.1 ? 1 : 0,
        because: `Unguided success after 64 steps: ${percent(whole)} with the whole plan, ${percent(none)} without help, ${percent(adaptive)} with the least plan. One seed: a direction, not a result.`,
      };
    },
  },
];
