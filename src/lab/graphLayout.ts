import { Graph, layout } from '@dagrejs/dagre';
import type { GraphView, GraphNodeView, PathPoint } from '../workers/protocol.ts';

export interface PlacedNode extends GraphNodeView {
  /** Centre, pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly onPlan: boolean;
  readonly d: string;
  readonly labelX: number;
  readonly labelY: number;
}

export interface Picture {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

const CHAR = 7.4;
const LABEL_CHAR = 6.4;

/** Places the task's graph top to bottom, widths estimated from the labels; the leftmost edge of a node that leans has its on the outside. */
export function placeGraph(view: GraphView): Picture {
  const upright = laidOut(view, new Set());
  const x = (node: string): number => (upright.node(node) as { x: number }).x;
  const outermost = view.edges.filter(
    ({ from, to }) =>
      x(to) < x(from) - 8 && view.edges.every((other) => other.from !== from || x(other.to) >= x(to)),
  );
  const graph = laidOut(view, new Set(outermost.map(({ from, to }) => edgeKey(from, to))));
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const nodes = view.nodes.map((node) => {
    const placed = graph.node(node.id) as { x: number; y: number; width: number; height: number };
    return { ...node, x: placed.x, y: placed.y, width: placed.width, height: placed.height };
  });
  const edges = view.edges.map(({ from, to, label, planStep }) => {
    const placed = graph.edge(from, to) as { points: { x: number; y: number }[]; x: number; y: number };
    const key = edgeKey(from, to);
    return {
      key,
      from,
      to,
      label,
      onPlan: planStep !== null,
      d: smooth(placed.points),
      labelX: placed.x,
      labelY: placed.y,
    };
  });
  return { nodes, edges, width, height };
}

/** The graph laid out by dagre; labels of the edges in `left` are to the left of them, others to the right. */
function laidOut(view: GraphView, left: ReadonlySet<string>): Graph {
  const graph = new Graph().setGraph({ rankdir: 'TB', nodesep: 14, ranksep: 22, marginx: 34, marginy: 6 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of view.nodes)
    graph.setNode(node.id, { width: Math.max(48, node.label.length * CHAR + 22), height: 30 });
  for (const { from, to, label, planStep } of view.edges)
    graph.setEdge(from, to, {
      width: label.length * LABEL_CHAR + 10,
      height: 14,
      labelpos: left.has(edgeKey(from, to)) ? 'l' : 'r',
      labeloffset: 4,
      weight: planStep === null ? 1 : 8,
    });
  layout(graph);
  return graph;
}

/** Identifies the edge between two nodes. */
export const edgeKey = (from: string, to: string): string => `${from} → ${to}`;

export interface Moves {
  readonly visited: ReadonlySet<string>;
  /** Edges of the graph that the agent took. */
  readonly taken: ReadonlySet<string>;
  /** Moves between nodes that no edge joins, such as falling back to the first alias; each once. */
  readonly jumps: readonly { readonly from: string; readonly to: string }[];
  /** Turns that left the agent where it was, by node. */
  readonly stays: ReadonlyMap<string, number>;
  /** Where the agent stood last. */
  readonly last: string | null;
}

/** Reads an agent's path off the graph. */
export function agentMoves(path: readonly PathPoint[], view: GraphView): Moves {
  const known = new Set(view.edges.map(({ from, to }) => edgeKey(from, to)));
  const places = path.flatMap(({ node }) => (node === null ? [] : [node]));
  const taken = new Set<string>();
  const jumps = new Map<string, { from: string; to: string }>();
  const stays = new Map<string, number>();
  for (let i = 1; i < places.length; i++) {
    const [from, to] = [places[i - 1], places[i]];
    const key = edgeKey(from, to);
    if (from === to) stays.set(from, (stays.get(from) ?? 0) + 1);
    else if (known.has(key)) taken.add(key);
    else jumps.set(key, { from, to });
  }
  return { visited: new Set(places), taken, jumps: [...jumps.values()], stays, last: places.at(-1) ?? null };
}

/** A smooth curve through dagre's points: quadratic pieces between their midpoints. */
function smooth(points: readonly { x: number; y: number }[]): string {
  const at = ({ x, y }: { x: number; y: number }) => `${x.toFixed(1)},${y.toFixed(1)}`;
  const [first, ...rest] = points;
  let d = `M${at(first)}`;
  rest.forEach((point, i) => {
    const next = rest[i + 1];
    if (!next) d += `L${at(point)}`;
    else d += `Q${at(point)} ${at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`;
  });
  return d;
}
