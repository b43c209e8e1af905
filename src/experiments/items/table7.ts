import { meanInterval } from '../../core/statistics.ts';
import { injections, type Injection } from '../../actguide/injection.ts';
import { pretrainingMixture } from '../../envs/search/index.ts';
import { defaultPretraining } from '../../methods/pretrain.ts';
import type { Item, ItemContext, Results, Row } from '../item.ts';
import { evaluation } from '../probes/evaluation.ts';
import { searchLevels, withInterval } from '../tables.ts';
import type { PolicySource } from '../units.ts';
import { verdict, type Investigation } from '../verdict.ts';

const names: Readonly<Record<Injection, string>> = {
  none: 'unguided',
  assistant: 'assistant prefix',
  messages: 'user-assistant messages',
  query: 'plan in the query prompt',
};

/** Why the plan in the query is not the best of the three here. */
/** Of a base policy that was taught all three places alike. */
const findings: Readonly<Partial<Record<Injection, Investigation>>> = {
  assistant: {
    finding:
      'Both are near the ceiling (0.97 and 0.98) with a base policy that was taught all three places alike; the difference is ' +
      'nearly all in the tasks with four stale aliases, 0.90 against 0.94, and takes ten seeds to show (11–20).',
    tryIt: null,
  },
  messages: {
    finding:
      'A replayed plan comes with its observations, so nothing has to be copied from the prompt: 1.00 at every level, against ' +
      '0.94 to 1.00 for the plan in the query, with a base policy that was taught all three places alike. Of one that was ' +
      'taught the query alone the means come in the paper’s order: the claims below.',
    tryIt: null,
  },
};

/** Of one that was taught the query alone, where messages stand against it. */
const closeCall: Investigation = {
  finding:
    'Both are near the ceiling (0.99 and 0.96), and three values that differ as much among themselves as those of seeds 11–13 ' +
    '(0.009 to 0.053) decide nothing; over seeds 11–20 the query is ahead.',
  tryIt: null,
};

/** Updates of pretraining in a quick look: the skills are then barely there. */
const QUICK_UPDATES = 40;

/** What pretraining showed of guidance: each of the places equally often, so that none is new, or the query alone. */
const lessons = ['all three places', 'the query alone'] as const;
type Lesson = (typeof lessons)[number];

const base = (context: ItemContext, lesson: Lesson): PolicySource =>
  lesson === 'the query alone' ? { kind: 'base', name: context.base } : taughtAll(context);

const taughtAll = ({ run, quick }: ItemContext): PolicySource => ({
  kind: 'pretrain',
  policy: run.policy,
  settings: {
    ...defaultPretraining,
    ...(quick && { updates: QUICK_UPDATES }),
    mixture: { ...pretrainingMixture, places: ['query', 'assistant', 'messages'] },
  },
});

const unit = (context: ItemContext, lesson: Lesson, injection: Injection, seed: number) =>
  evaluation(context, base(context, lesson), seed, { injection });

const scores = (context: ItemContext, results: Results, lesson: Lesson, injection: Injection) =>
  context.seeds.flatMap((seed) => {
    const success = results.of(unit(context, lesson, injection, seed))?.result;
    return success ? [{ seed, success }] : [];
  });

/** Per seed: success with the plan in the query minus that of another way. */
function gains(context: ItemContext, results: Results, lesson: Lesson, other: Injection): number[] {
  const found = new Map(
    scores(context, results, lesson, other).map(({ seed, success }) => [seed, success.mean]),
  );
  return scores(context, results, lesson, 'query').flatMap(({ seed, success }) => {
    const value = found.get(seed);
    return value === undefined ? [] : [success.mean - value];
  });
}

export const table7: Item = {
  id: 'table7',
  title: 'Ways of injecting action guidance',
  reference: 'Table 7',
  design:
    'A base policy pretrained on guidance in all three places equally often; success when it is given the plan without ' +
    'its last action: nowhere, behind the prompt as if it had said so, carried out in its history, or in the query. The ' +
    'same of the usual base policy, which was shown plans in the query alone.',
  paper: {
    caption: 'Paper, Table 7: Reward@1 in percent.',
    columns: ['unguidance', 'assistant prefix', 'user-assistant messages', 'reference plan in query prompt'],
    rows: [[57.9, 74.5, 80.1, 85.7]],
  },
  units: (context) =>
    context.seeds.flatMap((seed) =>
      lessons.flatMap((lesson) => injections.map((injection) => unit(context, lesson, injection, seed))),
    ),

  measure(context, results) {
    const found = lessons.flatMap((lesson) =>
      injections.map((injection) => ({
        lesson,
        injection,
        scores: scores(context, results, lesson, injection),
      })),
    );
    const rows = found.flatMap(({ lesson, injection, scores: own }) =>
      own.flatMap(({ seed, success }) =>
        [success.mean, ...success.levels].map((value, i): Row => ({
          taught: lesson,
          injection,
          seed,
          level: i === 0 ? 'mean' : i - 1,
          success: value,
        })),
      ),
    );
    const papers = { none: '57.90', assistant: '74.50', messages: '80.10' } as const;
    return {
      rows,
      tables: [
        {
          caption:
            'Success of the base policy by injection: mean [95 % interval] over seeds of the tasks, and by level.',
          columns: ['taught', '', 'mean', ...searchLevels],
          rows: found.map(({ lesson, injection, scores: own }) => [
            lesson,
            names[injection],
            withInterval(own.map(({ success }) => success.mean)),
            ...searchLevels.map((_, level) => withInterval(own.map(({ success }) => success.levels[level]))),
          ]),
        },
      ],
      figure: {
        caption:
          'Success of the base policy by way of injection: mean and 95 % interval over seeds of the tasks.',
        columns: 1,
        panels: [
          {
            title: 'Injection',
            mark: 'dot',
            x: { label: 'where the plan stands', domain: injections },
            y: { label: 'success', domain: [0, 1] },
            points: found.flatMap(({ lesson, injection, scores: own }) => {
              if (own.length === 0) return [];
              const { mean: y, low, high } = meanInterval(own.map(({ success }) => success.mean));
              return [{ series: `taught ${lesson}`, x: injection, y, low, high }];
            }),
          },
        ],
      },
      verdicts: lessons.flatMap((lesson) =>
        (['none', 'assistant', 'messages'] as const).map((other) => {
          const way = other === 'none' ? 'no guidance' : names[other];
          const better = `he plan in the query prompt does better than ${way}.`;
          const taughtAlike = lesson === 'all three places';
          return verdict(
            {
              claim: taughtAlike
                ? `T${better}`
                : `Ours: of a base policy that was taught the query alone, t${better}`,
              statistic: `success, mean of the five levels, plan in the query − ${names[other]}, taught ${lesson}`,
              per: 'seed',
              side: 'above',
              threshold: 0,
              paper: `Reward@1 85.70 against ${papers[other]}`,
              investigation: taughtAlike ? findings[other] : other === 'messages' ? closeCall : undefined,
            },
            gains(context, results, lesson, other),
          );
        }),
      ),
    };
  },
};
