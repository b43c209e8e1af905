import type { RunChange, RunConfig } from '../../actguide/config.ts';
import { parseRunConfig } from '../../actguide/runConfig.ts';
import { formatAddress } from '../address.ts';
import { lessonIds } from '../lessons/ids.ts';
import { textsOf } from '../runInput.ts';

/** A run's settings with some changed; the rest as usual. */
export const changedRun = (change: RunChange): RunConfig => parseRunConfig(change);

/** The link that opens the lab with these settings and a task of this level. */
export const labLink = (change: RunChange, level: number | undefined): string =>
  formatAddress({
    page: 'lab',
    lesson: lessonIds[0],
    item: undefined,
    settings: textsOf(changedRun(change)),
    level,
    task: undefined,
    theme: undefined,
    lock: [],
    hide: [],
    embed: undefined,
  });
