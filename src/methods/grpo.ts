import { unguidedGroups, type Collector } from '../actguide/collect.ts';

/**
 * GRPO, the paper's zero-RL baseline: N unguided rollouts a task and nothing else. A group that fails
 * throughout has zero advantages and teaches nothing.
 */
export const grpo: Collector = unguidedGroups;
