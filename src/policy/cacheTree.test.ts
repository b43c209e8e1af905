import { expect, it } from 'vitest';
import { CacheTree, ROOT } from './cacheTree.ts';

const grow = (tree: CacheTree, tokens: readonly number[], from = ROOT) =>
  tokens.reduce((node, token) => tree.child(node, token), from);

it('forgets what no sequence ends in or passes through, and uses its rows again', () => {
  const tree = new CacheTree(10);
  const [a, b] = [grow(tree, [1, 2, 3]), grow(tree, [1, 2, 4, 5])];
  tree.moveEnd(ROOT, a);
  tree.moveEnd(ROOT, b);
  expect([tree.size, tree.count]).toEqual([5, 5]);
  const all = tree.takeRows([a, b]);
  expect(all.rows.map((node) => tree.token(node))).toEqual([3, 5, 1, 2, 4]);
  expect(
    all.starts.map((start, i) => all.paths.slice(start, start + 1 + tree.position(all.rows[i])).at(-1)),
  ).toEqual(all.rows);
  expect(all.rows.slice(0, 2)).toEqual([a, b]);
  // What is computed is not computed again, but for the ends themselves.
  expect(tree.takeRows([b]).rows).toEqual([b]);

  // A sequence that moves on keeps its path.
  const longer = tree.child(b, 6);
  tree.moveEnd(b, longer);
  expect(tree.path(longer).map((node) => tree.token(node))).toEqual([1, 2, 4, 5, 6]);
  expect(tree.count).toBe(6);

  tree.moveEnd(longer, ROOT);
  expect(tree.count).toBe(3);
  expect(tree.path(a).map((node) => tree.token(node))).toEqual([1, 2, 3]);

  const again = grow(tree, [1, 2, 4, 5]);
  expect(tree.size).toBe(6);
  tree.moveEnd(ROOT, again);
  // Its last two rows are new ones in the place of forgotten ones.
  expect(tree.takeRows([again]).rows).toHaveLength(2);
  tree.moveEnd(a, ROOT);
  tree.moveEnd(again, ROOT);
  expect([tree.size, tree.count]).toEqual([6, 0]);
});

it('two sequences that end alike share their nodes until both are gone', () => {
  const tree = new CacheTree(10);
  const node = grow(tree, [7, 8]);
  tree.moveEnd(ROOT, node);
  tree.moveEnd(ROOT, node);
  tree.moveEnd(node, ROOT);
  expect(tree.count).toBe(2);
  tree.moveEnd(node, ROOT);
  expect(tree.count).toBe(0);
});

it('a head within the sequence of another one has one row', () => {
  const tree = new CacheTree(10);
  const inner = grow(tree, [1, 2]);
  const outer = grow(tree, [3], inner);
  expect(tree.takeRows([outer, inner]).rows.map((node) => tree.token(node))).toEqual([3, 2, 1]);
});
