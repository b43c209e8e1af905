import type { AdapterSummary } from '../kernels/gpu.ts';

/** The adapter as a person knows it; browsers often withhold the description. */
export function adapterName({ vendor, architecture, description, software }: AdapterSummary): string {
  const name =
    description && description !== vendor ? description : [vendor, architecture].filter(Boolean).join(' ');
  return `${name || 'GPU'}${software ? ' (software)' : ''}`;
}
