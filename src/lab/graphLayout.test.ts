import { expect, it } from 'vitest';
import type { GraphView } from '../workers/protocol.ts';
import { agentMoves, placeGraph } from './graphLayout.ts';

const view: GraphView = {
  nodes: [
    { id: 'question', kind: 'question', label: 'question', psi: 1 },
    { id: 'alias-0', kind: 'alias', label: 'Heron', psi: 1 },
    { id: 'alias-1', kind: 'alias', label: 'Moth', psi: 1 },
    { id: 'page-0', kind: 'page', label: 'Ada', psi: 1 },
    { id: 'decoy', kind: 'decoy', label: 'Bo', psi: 0 },
    { id: 'answer', kind: 'answer', label: 'Cleo', psi: 1 },
  ],
  edges: [
    { from: 'question', to: 'alias-0', label: 'start', planStep: 0 },
    { from: 'alias-0', to: 'alias-1', label: 'search court', planStep: 1 },
    { from: 'alias-1', to: 'page-0', label: 'search press', planStep: 2 },
    { from: 'page-0', to: 'decoy', label: 'friend', planStep: null },
    { from: 'page-0', to: 'answer', label: 'rival', planStep: 3 },
  ],
};

const path = (...nodes: (string | null)[]) => nodes.map((node) => ({ node, psi: node === null ? 0 : 1 }));

it('places the plan from top to bottom without overlaps', () => {
  const { nodes, edges, width, height } = placeGraph(view);
  const y = Object.fromEntries(nodes.map((node) => [node.id, node.y]));
  expect(y.question).toBeLessThan(y['alias-0']);
  expect(y['alias-0']).toBeLessThan(y['alias-1']);
  expect(y['alias-1']).toBeLessThan(y['page-0']);
  expect(y['page-0']).toBeLessThan(y.answer);
  for (const a of nodes)
    for (const b of nodes)
      if (a.id < b.id) {
        const apart =
          Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;
        expect(apart, `${a.id} and ${b.id}`).toBe(true);
      }
  for (const node of nodes) {
    expect(node.x + node.width / 2).toBeLessThanOrEqual(width);
    expect(node.y + node.height / 2).toBeLessThanOrEqual(height);
  }
  expect(edges.filter((edge) => edge.onPlan).map((edge) => edge.key)).toContain('page-0 → answer');
});

it('reads taken edges, jumps back and lost turns off a path', () => {
  const moves = agentMoves(
    path('question', 'alias-0', 'alias-1', 'alias-0', 'alias-0', 'alias-0', null),
    view,
  );
  expect([...moves.taken]).toEqual(['question → alias-0', 'alias-0 → alias-1']);
  expect(moves.jumps).toEqual([{ from: 'alias-1', to: 'alias-0' }]);
  expect([...moves.stays]).toEqual([['alias-0', 2]]);
  expect(moves.last).toBe('alias-0');
});
