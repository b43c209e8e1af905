import { monotonicityViolations } from '../../actguide/groupRecovery.ts';
import { mean } from '../../core/statistics.ts';
import type { Item, ItemContext } from '../item.ts';
import { identificationProbe, type IdentificationTask } from '../probes/guidanceLevels.ts';
import { guidanceTasks } from './fig4.ts';
import { plainWorld, probing, type Probing } from '../units.ts';
import { verdict } from '../verdict.ts';

const RHO = 0.5;
const XI = 0.05;
const MOST_GROUPS = 64;

const identification = (
  { base, run, quick }: ItemContext,
  seed: number,
): Probing<readonly IdentificationTask[]> =>
  probing(identificationProbe, { kind: 'base', name: base }, plainWorld, {
    seed,
    levels: [2, 3, 4],
    tasksPerLevel: quick ? 1 : 8,
    samples: quick ? 32 : 256,
    groupSize: run.groupSize,
    temperature: run.temperature,
    rho: RHO,
    xi: XI,
    mostGroups: quick ? 32 : MOST_GROUPS,
  });

/** Standard error of Q = 1 − (1 − p)^N by that of p̂ from n samples. */
function recoveryError(p: number, n: number, groupSize: number): number {
  return groupSize * (1 - p) ** (groupSize - 1) * Math.sqrt((p * (1 - p)) / n);
}

export const appC: Item = {
  id: 'appC',
  title: 'Monotone recovery and risk; the least level from few groups',
  reference: 'Appendix C',
  design:
    'The tasks of Figure 4 (usual base policy): does recovery Q_k, or risk R_k, fall from a level to the next by more than ' +
    `two standard errors (Assumption C.1)? And with ρ = ${RHO}, ξ = ${XI}: k* from many samples, m from its margin ` +
    'by Corollary C.1, and k̂ from m fresh groups a level.',
  paper: null,
  units: (context) => [
    ...guidanceTasks.units(context),
    ...context.seeds.map((seed) => identification(context, seed)),
  ],

  measure(context, results) {
    const tasks = guidanceTasks.of(context, results);
    const N = context.run.groupSize;
    const judged = tasks.map(({ id, level, levels }) => ({
      task: id,
      level,
      recoveryFalls: monotonicityViolations(
        levels.map(({ recovery }) => recovery),
        levels.map(({ successes, samples }) => recoveryError(successes / samples, samples, N)),
      ).length,
      riskFalls: monotonicityViolations(
        levels.map(({ risk }) => risk),
        levels.map(({ riskError }) => riskError),
      ).length,
    }));
    const found = context.seeds.flatMap((seed) => results.of(identification(context, seed))?.result ?? []);
    const tried = found.filter((task) => task.tried);
    const right = tried.map(({ identified, least }) => (identified === least ? 1 : 0));
    const share = (flags: readonly number[]): string => (flags.length ? mean(flags).toFixed(3) : '–');
    const claim = { per: 'task', side: 'above', paper: null } as const;
    return {
      rows: [
        ...judged.map((row) => ({ kind: 'monotone', ...row })),
        ...found.map(({ id, tried: drawn, ...row }) => ({
          kind: 'identification',
          task: id,
          ...row,
          tried: drawn ? 1 : 0,
        })),
      ],
      figure: null,
      tables: [
        {
          caption: 'Share of tasks for which it is so.',
          columns: ['', 'tasks', 'share'],
          rows: [
            [
              'Q_k never falls',
              judged.length,
              share(judged.map(({ recoveryFalls }) => (recoveryFalls ? 0 : 1))),
            ],
            ['R_k never falls', judged.length, share(judged.map(({ riskFalls }) => (riskFalls ? 0 : 1)))],
            ['has a margin Δ (Eq. 23)', found.length, share(found.map(({ margin }) => (margin ? 1 : 0)))],
            [
              `needs at most ${MOST_GROUPS} groups`,
              found.length,
              share(found.map((task) => (task.tried ? 1 : 0))),
            ],
            ['k̂ = k*, of those', tried.length, share(right)],
          ],
        },
      ],
      verdicts: [
        verdict(
          {
            ...claim,
            claim: 'Group recovery Q_k does not fall with guidance (Assumption C.1).',
            statistic: 'tasks without a fall beyond two standard errors, 0 or 1',
            threshold: 0.9,
          },
          judged.map(({ recoveryFalls }) => (recoveryFalls ? 0 : 1)),
        ),
        verdict(
          {
            ...claim,
            claim: 'Off-policy risk R_k does not fall with guidance (Assumption C.1).',
            statistic: 'tasks without a fall beyond two standard errors, 0 or 1',
            threshold: 0.9,
            investigation: {
              finding:
                'A rollout under the whole plan is nearly deterministic, so its log-ratio varies least where guidance is ' +
                'strongest: risk rises while the plan leaves something open, and falls after. A language model’s thoughts ' +
                'are not deterministic; Figure 4 repeats this with thoughts that have entropy.',
              tryIt: {
                watch: 'R_k of one task at every guidance level: press Measure in “How much to guide”',
                settings: {},
                level: 4,
              },
            },
          },
          judged.map(({ riskFalls }) => (riskFalls ? 0 : 1)),
        ),
        verdict(
          {
            ...claim,
            claim: 'm groups a level, as Corollary C.1 has it, find the least sufficient level.',
            statistic: `tasks with k̂ = k*, 0 or 1; at least 1 − ξ = ${1 - XI} of them`,
            threshold: 1 - XI,
          },
          right,
        ),
      ],
    };
  },
};
