import type { ErrorView } from './protocol.ts';

/** By name, because an error that crosses a worker boundary keeps its name and message but not its class. */
const kinds: Readonly<Record<string, ErrorView['kind']>> = {
  InputError: 'input',
  NoGpuError: 'noGpu',
  DeviceLostError: 'deviceLost',
  ModelFetchError: 'network',
};

/** An error as the page shows it. Messages of our own errors hold the remedy; others get one. */
export function errorView(error: unknown): ErrorView {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : 'internal';
  return { kind, message: kind === 'internal' ? `${message} Reload the page to start afresh.` : message };
}
