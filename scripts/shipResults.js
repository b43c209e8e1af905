/**
 * Makes docs/results/reproduce the results that ship with the lab: judges its runs anew (`npx actguide report`), writes
 * public/results, and the table of claims in README.md:
 *   node scripts/shipResults.js
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'vite';
import { root } from './install.js';

const folder = join(root, 'docs/results/reproduce');
const shipped = join(root, 'public/results');
const run = (...args) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });

run('bin/actguide.js', 'report', folder);
const server = await createServer({ root, logLevel: 'error', server: { middlewareMode: true, hmr: false } });
const { shippedResults } = await server.ssrLoadModule('/src/cli/shipResults.ts');
const files = shippedResults(folder);
await server.close();
rmSync(shipped, { recursive: true, force: true });
mkdirSync(shipped, { recursive: true });
for (const [name, text] of files) writeFileSync(join(shipped, name), text);
console.log(`Wrote ${files.size} files to ${shipped}`);
run('scripts/resultsTable.js');
