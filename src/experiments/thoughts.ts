import { pretrainingMixture } from '../envs/search/index.ts';
import { defaultPretraining } from '../methods/pretrain.ts';
import type { ItemContext, Results, Table } from './item.ts';
import { evaluation } from './probes/evaluation.ts';
import { searchLevels, withInterval } from './tables.ts';
import { plainWorld, type PolicySource, type WorldSpec } from './units.ts';

/** Manners of a thought: the entropy of wording that a language model has. */
const MANNERS = 4;
/** Updates that a base policy needs to follow plans with so many words between their actions. */
const UPDATES = 3000;
/** Updates of pretraining in a quick look: the skills are then barely there. */
const QUICK_UPDATES = 40;
/** The two ways to think that Figure 4 compares. */
export const settings = ['thoughts with entropy', 'one way to think'] as const;
export type Setting = (typeof settings)[number];

/** The base policy that thinks so, and the world that it was made for. */
export function placeOf(
  { base, run, quick }: ItemContext,
  setting: Setting,
): { on: PolicySource; world: WorldSpec } {
  if (setting === 'one way to think') return { on: { kind: 'base', name: base }, world: plainWorld };
  const pretraining = {
    ...defaultPretraining,
    updates: quick ? QUICK_UPDATES : UPDATES,
    mixture: { ...pretrainingMixture, manners: MANNERS },
  };
  return {
    on: { kind: 'pretrain', policy: run.policy, settings: pretraining },
    world: { name: 'search', options: { manners: MANNERS } },
  };
}

/** Success of the setting's base policy, alone and under the whole plan. */
export function skill(context: ItemContext, setting: Setting, seed: number, guided: 'none' | 'full') {
  const { on, world } = placeOf(context, setting);
  return evaluation(context, on, seed, { guided }, world);
}

/** How well the base policies do: R_k means nothing where plans are not followed. */
export const skillTable = (context: ItemContext, results: Results): Table => ({
  caption: 'The base policies: success by level, mean [95 % interval] over seeds of the tasks.',
  columns: ['', 'plan', ...searchLevels],
  rows: settings.flatMap((setting) =>
    (['none', 'full'] as const).map((guided) => [
      setting,
      guided === 'full' ? 'whole' : 'none',
      ...searchLevels.map((_, level) =>
        withInterval(
          context.seeds.flatMap((seed) => {
            const success = results.of(skill(context, setting, seed, guided))?.result;
            return success ? [success.levels[level]] : [];
          }),
        ),
      ),
    ]),
  ),
});
