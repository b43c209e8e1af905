import type { AdapterSummary } from '../kernels/gpu.ts';
import { choicesInWords } from '../kernels/tilings.ts';

/** The adapter as a person knows it; browsers often withhold the description. */
export function adapterName({ vendor, architecture, description, software }: AdapterSummary): string {
  const name =
    description && description !== vendor ? description : [vendor, architecture].filter(Boolean).join(' ');
  return `${name || 'GPU'}${software ? ' (software)' : ''}`;
}

/** The adapter, and how products are cut and rollouts sampled there, for the last bits of a run depend on all. */
export function adapterInFull(adapter: AdapterSummary): string {
  return [adapterName(adapter), choicesInWords(adapter)].filter(Boolean).join(', ');
}
