import { InputError } from '../core/errors.ts';
import { blockRows, withBlocks } from '../kernels/attention.ts';
import type { PolicyConfig, Positions } from './types.ts';

/** Token sequences, as callers have them. */
export type Sequences = readonly (readonly number[])[];

/**
 * Sequences as the rows of a prefix tree: what begins alike is one row, computed once. The rollouts of a group share
 * their prompt and most of their first turns, so a batch has several times fewer rows than tokens. Rows are in
 * depth-first order: the rows below row m are m + 1 .. end(m) - 1.
 */
export interface PrefixTree {
  /** The caller's sequences that are in the tree, in lexicographic order. */
  readonly members: readonly number[];
  /** [members] Row of every token of a member. */
  readonly places: readonly Uint32Array[];
  /** M: rows. */
  readonly count: number;
  /** [M] */
  readonly tokens: Uint32Array;
  /** [M + blocks, 4]: position, start of its path in `paths`, end of its subtree, its own number (where its key and value go); then the blocks (see `withBlocks`). */
  readonly rows: Uint32Array;
  readonly blocks: number;
  /** Rows from a root to every last row that some row's path leads through. */
  readonly paths: Uint32Array;
  /** [R] The rows whose predictions are needed, at least one, in order: the last layer computes no others. */
  readonly heads: Uint32Array;
  /** [M] Which head a row is; R where it is none. */
  readonly headOf: Uint32Array;
  /** [R + headBlocks, 4]: the `rows` of the heads, with blocks of their own. */
  readonly headRows: Uint32Array;
  readonly headBlocks: number;
  /** [M + blocks, 4]: `rows`, but end and first of the *heads* in a row's subtree (see `KeyRows`). */
  readonly keyRows: Uint32Array;
  /** [R + 1] The targets of head r, its successors' tokens, are starts[r] .. starts[r + 1] - 1 (see `logProb`). */
  readonly starts: Uint32Array;
  /** [P] */
  readonly targets: Uint32Array;
  /** [M] Which target a row's own token is; meaningless below rows that are no heads, and for roots. */
  readonly scores: Uint32Array;
}

/** Whether the prediction behind token t of sequence s is needed. */
export type Needed = (s: number, t: number) => boolean;

/** Needed: the positions that `at` lists of each sequence. */
export function neededAt(at: Positions | undefined): Needed | undefined {
  const listed = at?.map((positions) => new Set(positions));
  return listed && ((s, t) => listed[s].has(t));
}

/**
 * Builds trees of at most `limit` rows (a longer sequence gets one of its own) that together hold all sequences.
 * `needed`: the predictions to compute; by default those behind every token that has a successor. `team`: see `blockRows`.
 * @throws InputError for an empty or overlong sequence or an unknown token.
 */
export function prefixTrees(
  sequences: Sequences,
  config: PolicyConfig,
  limit: number,
  needed: Needed = (s, t) => t + 1 < sequences[s].length,
  team = 0,
): PrefixTree[] {
  sequences.forEach((sequence, s) => checkSequence(sequence, s, config));
  const order = sequences.map((_, s) => s).sort((a, b) => compare(sequences[a], sequences[b]) || a - b);
  const blockSize = blockRows(config.width / config.heads, team);
  const trees: PrefixTree[] = [];
  let growing = new GrowingTree();
  for (const s of order) {
    if (!growing.fits(sequences[s], limit)) {
      trees.push(growing.finish(blockSize));
      growing = new GrowingTree();
    }
    growing.add(s, sequences[s], needed);
  }
  if (order.length > 0) trees.push(growing.finish(blockSize));
  return trees;
}

/** ΣT */
export function countTokens(sequences: Sequences): number {
  return sequences.reduce((sum, { length }) => sum + length, 0);
}

/** Where each sequence starts in a flat array over all their tokens. */
export function firstTokens(sequences: Sequences): number[] {
  let first = 0;
  return sequences.map(({ length }) => (first += length) - length);
}

/**
 * Visits every token of the tree's members that has a successor and a head: `at` is its place in a flat array over all
 * tokens of the caller's sequences, `head` its head, `score` the target that its successor is.
 */
export function forEachScore(
  { members, places, scores, heads, headOf }: PrefixTree,
  first: readonly number[],
  visit: (at: number, head: number, score: number) => void,
): void {
  members.forEach((s, i) => {
    const path = places[i];
    for (let t = 0; t + 1 < path.length; t++) {
      const head = headOf[path[t]];
      if (head < heads.length) visit(first[s] + t, head, scores[path[t + 1]]);
    }
  });
}

/** Sums values over all tokens (flat) into those of the tree's targets: [ΣT] → [P]. */
export function sumByTarget(tree: PrefixTree, first: readonly number[], values: Float32Array): Float32Array {
  const sums = new Float64Array(tree.targets.length);
  forEachScore(tree, first, (at, _, score) => (sums[score] += values[at]));
  return Float32Array.from(sums);
}

/** A tree while sequences are added in lexicographic order. */
class GrowingTree {
  private readonly members: number[] = [];
  private readonly places: Uint32Array[] = [];
  private readonly tokens: number[] = [];
  private readonly parents: number[] = [];
  private readonly pathStarts: number[] = [];
  private readonly paths: number[] = [];
  private readonly ends: number[] = [];
  private readonly isHead: boolean[] = [];
  private last: readonly number[] = [];
  private path: Uint32Array = new Uint32Array();

  fits(sequence: readonly number[], limit: number): boolean {
    const rows = this.tokens.length;
    return rows === 0 || rows + sequence.length - commonPrefix(this.last, sequence) <= limit;
  }

  add(member: number, sequence: readonly number[], needed: Needed): void {
    const shared = commonPrefix(this.last, sequence);
    this.close(shared);
    const path = new Uint32Array(sequence.length);
    path.set(this.path.subarray(0, shared));
    for (let t = shared; t < sequence.length; t++) {
      path[t] = this.tokens.length;
      this.tokens.push(sequence[t]);
      this.parents.push(t === 0 ? -1 : path[t - 1]);
      this.pathStarts.push(this.paths.length);
      this.ends.push(0);
      this.isHead.push(false);
    }
    path.forEach((row, t) => (this.isHead[row] ||= needed(member, t)));
    if (shared < sequence.length) this.paths.push(...path);
    this.members.push(member);
    this.places.push(path);
    [this.last, this.path] = [sequence, path];
  }

  finish(blockSize: number): PrefixTree {
    this.close(0);
    const { members, places, tokens, parents, ends, pathStarts, isHead } = this;
    const M = tokens.length;
    // A pass computes something, needed or not.
    if (!isHead.includes(true)) isHead[0] = true;
    // before[m]: heads among the rows before m.
    const before = new Uint32Array(M + 1);
    isHead.forEach((head, m) => (before[m + 1] = before[m] + Number(head)));
    const R = before[M];
    const heads = Uint32Array.from(tokens.keys()).filter((m) => isHead[m]);
    const rows = new Uint32Array(4 * M);
    const keyRows = new Uint32Array(4 * M);
    const starts = new Uint32Array(R + 1);
    parents.forEach((parent, m) => {
      const position = parent < 0 ? 0 : rows[4 * parent] + 1;
      rows.set([position, pathStarts[m], ends[m], m], 4 * m);
      keyRows.set([position, pathStarts[m], before[ends[m]], before[m]], 4 * m);
      if (parent >= 0 && isHead[parent]) starts[before[parent] + 1]++;
    });
    for (let r = 0; r < R; r++) starts[r + 1] += starts[r];
    const next = starts.slice();
    const scores = new Uint32Array(M);
    const targets = new Uint32Array(starts[R]);
    parents.forEach((parent, m) => {
      if (parent < 0 || !isHead[parent]) return;
      scores[m] = next[before[parent]]++;
      targets[scores[m]] = tokens[m];
    });
    const headRows = Uint32Array.from([...heads].flatMap((m) => [...rows.subarray(4 * m, 4 * m + 4)]));
    const blocked = withBlocks(rows, blockSize);
    const blockedHeads = withBlocks(headRows, blockSize, true);
    // The blocks of `rows`, which the gradient is dispatched by: rows that end together see the same heads.
    const blockedKeys = blocked.slice();
    blockedKeys.set(keyRows);
    return {
      members,
      places,
      count: M,
      tokens: Uint32Array.from(tokens),
      rows: blocked,
      blocks: blocked.length / 4 - M,
      paths: Uint32Array.from(this.paths),
      heads,
      headOf: Uint32Array.from(isHead, (head, m) => (head ? before[m] : R)),
      headRows: blockedHeads,
      headBlocks: blockedHeads.length / 4 - R,
      keyRows: blockedKeys,
      starts,
      targets,
      scores,
    };
  }

  /** Nothing more comes below the last path's rows from position `from` on. */
  private close(from: number): void {
    for (let t = from; t < this.path.length; t++) this.ends[this.path[t]] = this.tokens.length;
  }
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  const shorter = Math.min(a.length, b.length);
  let t = 0;
  while (t < shorter && a[t] === b[t]) t++;
  return t;
}

/** Lexicographic order. */
function compare(a: readonly number[], b: readonly number[]): number {
  const shared = commonPrefix(a, b);
  return shared < Math.min(a.length, b.length) ? a[shared] - b[shared] : a.length - b.length;
}

function checkSequence(sequence: readonly number[], index: number, config: PolicyConfig): void {
  if (sequence.length === 0 || sequence.length > config.context)
    throw new InputError(
      `policy ${config.name}: expected sequences of 1 to ${config.context} tokens, got ${sequence.length} for sequence ${index}. ` +
        'Shorten it, or use a policy with a longer context.',
    );
  for (const token of sequence)
    if (!Number.isInteger(token) || token < 0 || token >= config.vocabulary)
      throw new InputError(
        `policy ${config.name}: expected tokens from 0 to ${config.vocabulary - 1}, got ${token} in sequence ${index}. ` +
          'Encode with the environment the policy was trained in.',
      );
}
