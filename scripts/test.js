/**
 * `npm test [-- vitest arguments]`: installs what is missing and runs every test.
 * The last line reads `N passed, N failed`, summed over all projects; the exit code is 0 only if none failed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, root, run } from './install.js';

/** Browser tests need Chromium or Chrome; a Debian root user (a container, CI) gets it installed. */
function ensureChromium() {
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) run('bash', ['scripts/chromium.sh']);
}

/**
 * Counts of vitest's JSON report. A file that could not be loaded has no tests but failed all the same,
 * and a report that is missing is a failure too.
 */
function count(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken };
}

ensureInstalled();
ensureChromium();
const folder = mkdtempSync(join(tmpdir(), 'actguide-test-'));
const file = join(folder, 'report.json');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
const { status } = run(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
  shell: false,
});
const { passed, failed } = count(file);
rmSync(folder, { recursive: true, force: true });

// Vitest can end badly with every test green: an unhandled rejection, a worker that died.
const failures = status !== 0 && failed === 0 ? 1 : failed;
console.log(`${passed} passed, ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
