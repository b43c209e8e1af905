import type { TokenAnatomy } from '../workers/inspection.ts';
import { number } from './format.ts';

export interface AnatomyStep {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

/** A token's way through Eq. 11 and 12 as numbers with a line of explanation each. */
export function anatomySteps(anatomy: TokenAnatomy): AnatomyStep[] {
  const { reward, groupRewards, advantage, ratio, clipped, clipEps, gradient, logitChange, source } = anatomy;
  const wins = groupRewards.filter((value) => value > 0).length;
  return [
    {
      name: 'reward Y',
      value: number(reward),
      note: `${wins} of ${groupRewards.length} in its group succeeded`,
    },
    {
      name: 'advantage Â',
      value: number(advantage),
      note:
        advantage === 0
          ? 'exactly zero: all rewards are equal'
          : 'reward less the group’s mean, over its spread',
    },
    {
      name: 'ratio r',
      value: number(ratio),
      note:
        source === 'guided'
          ? `${number(Math.exp(anatomy.logProb))} alone over ${number(Math.exp(anatomy.oldLogProb))} with the plan`
          : `${number(Math.exp(anatomy.logProb))} over ${number(Math.exp(anatomy.oldLogProb))}, both without a plan`,
    },
    {
      name: 'clipped',
      value: clipped ? 'yes' : 'no',
      note: clipped
        ? 'no gradient from the advantage'
        : `within reach of ${number(1 - clipEps)} … ${number(1 + clipEps)}, or pulled back`,
    },
    {
      name: 'dL / d log π',
      value: number(gradient),
      note:
        gradient < 0
          ? 'descent raises the probability'
          : gradient > 0
            ? 'descent lowers it'
            : 'nothing to learn',
    },
    {
      name: 'logit, alone',
      value: signed(logitChange.unguided),
      note: `p ${number(anatomy.unguided.before)} → ${number(anatomy.unguided.after)}`,
    },
    {
      name: 'logit, with plan',
      value: signed(logitChange.guided),
      note: `p ${number(anatomy.guided.before)} → ${number(anatomy.guided.after)}`,
    },
  ];
}

const signed = (value: number): string => (value > 0 ? `+${number(value)}` : number(value));
