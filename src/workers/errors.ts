import { DeviceLostError, InputError, NoGpuError } from '../core/errors.ts';
import { ModelFetchError } from './models.ts';
import type { ErrorView } from './protocol.ts';

/** An error as the page shows it. Messages of our own errors already hold the remedy. */
export function errorView(error: unknown): ErrorView {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof NoGpuError) return { kind: 'noGpu', message };
  if (error instanceof DeviceLostError) return { kind: 'deviceLost', message };
  if (error instanceof InputError) return { kind: 'input', message };
  if (error instanceof ModelFetchError) return { kind: 'network', message };
  return { kind: 'internal', message: `${message} Reload the page to start afresh.` };
}
