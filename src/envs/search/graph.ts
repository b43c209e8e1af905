import type { SearchState } from './dynamics.ts';
import type { SearchPuzzle } from './puzzle.ts';
import { words } from './vocabulary.ts';

export interface GraphNode {
  readonly id: string;
  readonly kind: 'question' | 'page' | 'alias' | 'answer' | 'decoy';
  readonly label: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** The relation followed, or the query that opens an alias. */
  readonly label: string;
  /** 0-based step of the plan that passes this edge; null for links that lead nowhere. */
  readonly planStep: number | null;
}

export interface TaskGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

const QUESTION = 'question';
const ANSWER = 'answer';
const pageId = (h: number) => `page-${h}`;
const aliasId = (j: number) => `alias-${j}`;

/**
 * The picture of a task: the question, the pages along the relations with the aliases before the page that
 * hides, the answer, and the links that lead nowhere. The plan's steps pass one edge each, in order.
 */
export function taskGraph(puzzle: SearchPuzzle): TaskGraph {
  const { path, links, relations, gateHop, aliases } = puzzle;
  const nodes: GraphNode[] = [{ id: QUESTION, kind: 'question', label: 'question' }];
  const edges: GraphEdge[] = [];
  let step = 0;
  let here = QUESTION;
  const goOn = (node: GraphNode, label: string): void => {
    nodes.push(node);
    edges.push({ from: here, to: node.id, label, planStep: step++ });
    here = node.id;
  };

  for (let h = 0; h < links.length; h++) {
    let label = h === 0 ? 'start' : words[relations[h - 1]];
    if (h === gateHop)
      aliases.forEach(({ alias, right }, j) => {
        goOn({ id: aliasId(j), kind: 'alias', label: words[alias] }, label);
        label = `search ${words[right]}`;
      });
    goOn({ id: pageId(h), kind: 'page', label: words[path[h]] }, label);
    for (const { relation, entity } of links[h]) {
      if (relation === relations[h]) continue;
      const id = `${pageId(h)}-${words[relation]}`;
      nodes.push({ id, kind: 'decoy', label: words[entity] });
      edges.push({ from: pageId(h), to: id, label: words[relation], planStep: null });
    }
  }
  goOn({ id: ANSWER, kind: 'answer', label: words[path[links.length]] }, words[relations[links.length - 1]]);
  return { nodes, edges };
}

/**
 * Node of {@link taskGraph} at which a state of the task stands. On a page that has closed again it is the
 * first alias; null once the episode is lost.
 */
export function nodeAt(puzzle: SearchPuzzle, state: SearchState): string | null {
  const { at, facing, opened, end } = state;
  if (end !== 'no') return end === 'won' ? ANSWER : null;
  if (at < 0) return QUESTION;
  return at === puzzle.gateHop && !opened ? aliasId(Math.max(facing, 0)) : pageId(at);
}
