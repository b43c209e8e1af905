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
  private readonly children = new Map<number, Node>();

  constructor(private readonly vocabulary: number) {}

  /** Nodes so far: rows of the cache in use. */
  get size(): number {
    return this.tokens.length;
  }

  /** The node of `token` below `parent`, made if there is none. */
  child(parent: Node, token: number): Node {
    const key = (parent + 1) * this.vocabulary + token;
    const known = this.children.get(key);
    if (known !== undefined) return known;
    const node = this.tokens.length;
    this.children.set(key, node);
    this.parents.push(parent);
    this.tokens.push(token);
    this.depths.push(this.length(parent));
    this.computed.push(false);
    return node;
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

  /** Whether its keys and values are in the cache. */
  isComputed(node: Node): boolean {
    return this.computed[node];
  }

  setComputed(node: Node): void {
    this.computed[node] = true;
  }

  /** Nodes from the first token to `node`. */
  path(node: Node): Node[] {
    const path = new Array<Node>(this.length(node));
    for (let n = node; n !== ROOT; n = this.parents[n]) path[this.depths[n]] = n;
    return path;
  }

  clear(): void {
    for (const list of [this.parents, this.tokens, this.depths, this.computed]) list.length = 0;
    this.children.clear();
  }
}
