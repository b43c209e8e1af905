import { execFileSync } from 'node:child_process';
import type { AdapterSummary } from '../kernels/gpu.ts';

/** Where numbers come from: enough to make them again. */
export interface Provenance {
  /** The command line, without `npx actguide`. */
  readonly command: readonly string[];
  /** Commit of the sources; null outside a git checkout. */
  readonly commit: string | null;
  /** Whether tracked files differed from that commit. */
  readonly modified: boolean | null;
  readonly adapter: AdapterSummary;
  readonly node: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

function git(root: string, ...args: string[]): string | null {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

export function provenance(root: string, command: readonly string[], adapter: AdapterSummary): Provenance {
  const status = git(root, 'status', '--porcelain', '--untracked-files=no');
  return {
    command,
    commit: git(root, 'rev-parse', 'HEAD'),
    modified: status === null ? null : status !== '',
    adapter,
    node: process.versions.node,
    startedAt: new Date().toISOString(),
  };
}
