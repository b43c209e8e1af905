import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** The floors of the house, lowest first. Folders on one floor do not import each other. */
const floors = [
  ['core'],
  ['kernels'],
  ['policy', 'envs'],
  ['actguide'],
  ['methods'],
  ['experiments'],
  ['storage'],
  ['bench'],
  ['workers'],
  ['lab', 'cli'],
];
/** Lines of a source file; longer ones are split. */
const longest = 300;

const root = fileURLToPath(new URL('../src', import.meta.url));
const floorOf = (folder: string): number => floors.findIndex((floor) => floor.includes(folder));

const isTest = (file: string): boolean => file.endsWith('.test.ts');

/** Specifiers of static, dynamic, type-only, side-effect and re-exporting imports, and of `new URL(…, import.meta.url)`. */
function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
  const patterns = [
    /\b(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])(.+?)\1/g,
    /\bimport\s*(['"])(.+?)\1/g,
    /\bimport\s*\(\s*(['"`])(.+?)\1/g,
    /\bnew\s+URL\(\s*(['"`])(.+?)\1\s*,\s*import\.meta\.url/g,
    /\bimport\.meta\.glob\b[^'"`]*(['"`])(.+?)\1/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[2]));
}

/** What is wrong with the imports of `src/<file>`, a line each. Tests may also use the helpers in `test/`. */
function violations(file: string, source: string): string[] {
  const folder = file.split('/')[0];
  const floor = floorOf(folder);
  if (floor < 0) return [`src/${file}: expected a folder of ${floors.flat().join(', ')}, got '${folder}'`];
  return importsOf(source)
    .filter((specifier) => specifier.startsWith('.') || specifier.startsWith('/src/'))
    .flatMap((specifier) => {
      const path = specifier.replace(/[?#].*$/, '');
      const target = path.startsWith('/src/')
        ? path.slice('/src/'.length)
        : relative(root, resolve(root, dirname(file), path));
      const outside = target.startsWith('..');
      if (isTest(file) && target.startsWith('../test/')) return [];
      const other = target.split('/')[0];
      if (other === folder || (!outside && floorOf(other) >= 0 && floorOf(other) < floor)) return [];
      return [
        `src/${file} imports ${specifier}: ${outside ? 'outside src' : `'${other}'`} is not below '${folder}'`,
      ];
    });
}

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.(ts|svelte)$/.test(file) && !file.endsWith('.d.ts'));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('floors', () => {
  test('every import of src leads to a lower floor', () => {
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.flatMap((file) => violations(file, read(file)))).toEqual([]);
  });

  test.each([
    ['static', 'policy/a.ts', `import { x } from '../actguide/config.ts';`],
    ['several lines', 'policy/a.ts', `import {\n  x,\n  y,\n} from '../actguide/config.ts';`],
    ['type-only', 'core/a.ts', `import type { X } from "../kernels/op.ts";`],
    ['side effect', 'core/a.ts', `import '../lab/app.css';`],
    ['re-export', 'kernels/a.ts', `export * from '../policy/types.ts';`],
    ['dynamic', 'methods/a.ts', `const m = await import('../workers/client.ts');`],
    ['import type expression', 'methods/a.ts', `type X = import('../lab/x.ts').X;`],
    ['worker query', 'storage/a.ts', `import W from '../workers/trainer.ts?worker';`],
    ['new URL', 'storage/a.ts', `new Worker(new URL('../workers/trainer.ts', import.meta.url), {});`],
    ['glob', 'core/a.ts', `import.meta.glob('../kernels/*.wgsl', { query: '?raw' });`],
    ['one floor', 'policy/a.ts', `import { x } from '../envs/types.ts';`],
    ['from the root', 'core/a.ts', `import x from '/src/lab/x.ts';`],
    ['outside src', 'core/a.ts', `import { testGpu } from '../../test/gpu.ts';`],
    ['svelte', 'lab/A.svelte', `<script lang="ts">\n  import { dawnGpu } from '../cli/dawn.ts';\n</script>`],
    ['a test', 'core/a.test.ts', `import { x } from '../lab/x.ts';`],
    ['unknown folder', 'attic/a.ts', ''],
  ])('a planted violation is caught: %s', (_, file, source) => {
    expect(violations(file, source)).toHaveLength(1);
  });

  test.each([
    ['lower floor', 'lab/A.svelte', `<script>import { x } from '../core/random.ts';</script>`],
    ['same folder', 'policy/onnx/a.ts', `import { x } from '../types.ts';`],
    ['test helper', 'core/a.test.ts', `import { testGpu } from '../../test/gpu.ts';`],
    ['package', 'core/a.ts', `import { x } from 'comlink';`],
    ['comment', 'core/a.ts', `/** see import('../lab/x.ts') */ // import '../lab/x.ts'`],
  ])('what is allowed passes: %s', (_, file, source) => {
    expect(violations(file, source)).toEqual([]);
  });
});

test(`no file of src that people write is longer than ${longest} lines`, () => {
  const written = sources.filter((file) => !file.endsWith('_pb.ts'));
  const lengths = written.map((file) => ({ file: `src/${file}`, lines: read(file).split('\n').length - 1 }));
  expect(lengths.filter(({ lines }) => lines > longest)).toEqual([]);
});
