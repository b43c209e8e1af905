/** One token whose keys and values have a row in the cache; its number is that row. */
export type Node = number;

/** No token yet: what the first tokens of sequences hang below. */
export const ROOT: Node = -1;

/**
 * The tokens that a decoder has seen, as a prefix tree: sequences that began alike share nodes, so each distinct
 * prefix is computed and cached once, whichever sequence needed it first.
 */
export class CacheTree {
  private readonly parents: Node[] = [];
  private readonly tokens: number[] = [];
  private readonly depths: number[] = [];
  private readonly computed: boolean[] = [];
  /** Children of each node, and sequences that end in it. */
  private readonly uses: number[] = [];
  private readonly children = new Map<number, Node>();
  private readonly free: Node[] = [];

  constructor(private readonly vocabulary: number) {}

  /** Rows of the cache that have ever been in use. */
  get size(): number {
    return this.tokens.length;
  }

  /** Nodes alive. */
  get count(): number {
    return this.tokens.length - this.free.length;
  }

  /** The node of `token` below `parent`, made if there is none. */
  child(parent: Node, token: number): Node {
    const key = (parent + 1) * this.vocabulary + token;
    const known = this.children.get(key);
    if (known !== undefined) return known;
    const node = this.free.pop() ?? this.tokens.length;
    this.children.set(key, node);
    this.parents[node] = parent;
    this.tokens[node] = token;
    this.depths[node] = this.length(parent);
    this.computed[node] = false;
    this.uses[node] = 0;
    if (parent !== ROOT) this.uses[parent]++;
    return node;
  }

  /** Moves the end of a sequence; what no sequence needs any more is forgotten, and its rows are used again. */
  moveEnd(from: Node, to: Node): void {
    if (to !== ROOT) this.uses[to]++;
    if (from === ROOT) return;
    this.uses[from]--;
    for (let node = from; node !== ROOT && this.uses[node] === 0;) {
      const parent = this.parents[node];
      this.children.delete((parent + 1) * this.vocabulary + this.tokens[node]);
      this.free.push(node);
      if (parent !== ROOT) this.uses[parent]--;
      node = parent;
    }
  }

  token(node: Node): number {
    return this.tokens[node];
  }

  /** Place of the node in its sequences. */
  position(node: Node): number {
    return this.depths[node];
  }

  /** Tokens of the sequence that ends in `node`. */
  length(node: Node): number {
    return node === ROOT ? 0 : this.depths[node] + 1;
  }

  /** Nodes from the first token to `node`. */
  path(node: Node): Node[] {
    const path = new Array<Node>(this.length(node));
    for (let n = node; n !== ROOT; n = this.parents[n]) path[this.depths[n]] = n;
    return path;
  }

  /**
   * The heads, and behind them what is not yet computed of the sequences that end in them: nodes, and where the path
   * of each starts in `paths`. They count as computed from now on.
   */
  takeRows(heads: readonly Node[]): { rows: Node[]; starts: number[]; paths: Node[] } {
    const [rows, starts, paths]: [Node[], number[], Node[]] = [[...heads], [], []];
    for (const head of heads) {
      this.computed[head] = true;
      starts.push(paths.length);
      for (const node of this.path(head)) paths.push(node);
    }
    heads.forEach((head, i) => {
      for (let p = starts[i]; paths[p] !== head; p++) {
        const node = paths[p];
        if (this.computed[node]) continue;
        this.computed[node] = true;
        rows.push(node);
        starts.push(starts[i]);
      }
    });
    return { rows, starts, paths };
  }

  clear(): void {
    const lists = [this.parents, this.tokens, this.depths, this.computed, this.uses, this.free];
    for (const list of lists) list.length = 0;
    this.children.clear();
  }
}
