import { minimalIntervention } from '../actguide/algorithm1.ts';
import type { Collector } from '../actguide/collect.ts';

/** ActGuide-RL: GRPO's groups, with the least sufficient guidance as a fallback where a whole group fails. */
export const actguide: Collector = minimalIntervention;
