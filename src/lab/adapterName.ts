import type { AdapterSummary } from '../kernels/gpu.ts';
import { tilingsInWords } from '../kernels/tilings.ts';

/** The adapter as a person knows it; browsers often withhold the description. */
export function adapterName({ vendor, architecture, description, software }: AdapterSummary): string {
  const name =
    description && description !== vendor ? description : [vendor, architecture].filter(Boolean).join(' ');
  return `${name || 'GPU'}${software ? ' (software)' : ''}`;
}

/** The adapter, and how matrix products are cut there, for the last bits of a run depend on both. */
export function adapterInFull(adapter: AdapterSummary): string {
  const tilings = adapter.tilings ? `, matrix products ${tilingsInWords(adapter.tilings)}` : '';
  return adapterName(adapter) + tilings;
}
