import { execFileSync } from 'node:child_process';
import type { AdapterSummary } from '../kernels/gpu.ts';

/** The state of the sources, taken when the process starts: they may change under a run of hours. */
export interface Sources {
  /** Commit; null outside a git checkout. */
  readonly commit: string | null;
  /** Whether tracked files differed from that commit. */
  readonly modified: boolean | null;
}

/** Where numbers come from: enough to make them again. */
export interface Provenance extends Sources {
  /** The command line, without `npx actguide`. */
  readonly command: readonly string[];
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

/** The sources in the folder `root` as they are now. */
export function sourcesIn(root: string): Sources {
  const status = git(root, 'status', '--porcelain', '--untracked-files=no');
  return { commit: git(root, 'rev-parse', 'HEAD'), modified: status === null ? null : status !== '' };
}

/** Provenance of what starts now. */
export function provenance(
  { args, sources }: { readonly args: readonly string[]; readonly sources: Sources },
  adapter: AdapterSummary,
): Provenance {
  const startedAt = new Date().toISOString();
  return { command: args, ...sources, adapter, node: process.versions.node, startedAt };
}
