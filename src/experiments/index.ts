import type { Experiment } from './experiment.ts';
import { fig3 } from './fig3.ts';
import { fig5 } from './fig5.ts';

export type { Experiment, ExperimentContext, ExperimentProgress, Verdict } from './experiment.ts';

/** Every figure and table that can be reproduced, by name. */
export const experiments: Readonly<Record<string, Experiment<object>>> = { fig3, fig5 };
