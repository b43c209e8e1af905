import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Whether node_modules is there and no older than the lock file it was installed from. */
function installed() {
  const marker = `${root}node_modules/.package-lock.json`;
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs;
}

/** Runs a command in the project's root on this terminal; npm is a script on Windows, hence the shell. */
export function run(command, args, options = {}) {
  return spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  });
}

/** Installs the packages of the lock file if they are missing or out of date; ends the process on failure. */
export function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`node: expected 20.19 or newer, got ${process.versions.node}. Install it from nodejs.org.`);
    process.exit(1);
  }
  if (installed()) return;
  console.log('Installing packages (once) …');
  const { status } = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (status !== 0) {
    console.error('npm ci: expected to succeed, but failed. Check the network and the registry, then retry.');
    process.exit(1);
  }
}
