import type { SequenceState } from '../kernels/rollout.ts';
import type { TableEpisode, TableEpisodes } from './types.ts';

/** Where the episodes of one run lie in the GPU's buffers. */
export interface Placed {
  /** The batch's tables, with the openings behind them. */
  readonly tables: Uint32Array;
  /** Every distinct opening but its last token, to be fed. */
  readonly openings: readonly SequenceState[];
  readonly episodes: readonly SequenceState[];
  /** Rows of keys and values. */
  readonly rows: number;
  /** Draws at most. */
  readonly draws: number;
  readonly longestOpening: number;
  readonly mostTurns: number;
  /** Tokens that a sequence computes in a turn, at most. */
  readonly tokensPerTurn: number;
}

const turnsLeft = ({ maxTurns, turn }: TableEpisode): number => maxTurns - turn;

/** Tokens of an episode that only it computes, at most: its opening's last one, and all behind that. */
function ownRows(episode: TableEpisode, { openings, stepTokens }: TableEpisodes, context: number): number {
  const opening = openings[episode.opening].length;
  return Math.min(context - opening + 1, turnsLeft(episode) * (stepTokens + episode.longestReply));
}

/** Splits a batch, in order, into runs whose keys and values take at most `rows` rows, an episode at least. */
export function chunksOf(batch: TableEpisodes, context: number, rows: number): TableEpisode[][] {
  const chunks: TableEpisode[][] = [];
  let opened = new Set<number>();
  let used = Infinity;
  for (const episode of batch.episodes) {
    const own = ownRows(episode, batch, context);
    const opening = batch.openings[episode.opening].length - 1;
    const more = own + (opened.has(episode.opening) ? 0 : opening);
    if (used + more > rows) {
      chunks.push([]);
      opened = new Set();
      used = own + opening;
    } else used += more;
    opened.add(episode.opening);
    chunks[chunks.length - 1].push(episode);
  }
  return chunks;
}

/** Gives the openings and episodes of a run their rows: openings first, all but their last token, then each its own. */
export function placeEpisodes(
  batch: TableEpisodes,
  episodes: readonly TableEpisode[],
  context: number,
): Placed {
  const words: number[] = [];
  const openings: SequenceState[] = [];
  const rowOf = new Map<number, number>();
  let rows = 0;
  for (const { opening } of episodes) {
    if (rowOf.has(opening)) continue;
    const [last, ...rest] = batch.openings[opening].slice(0, -1);
    rowOf.set(opening, rows);
    if (batch.openings[opening].length === 1) continue;
    const reply = batch.tables.length + words.length;
    words.push(rest.length, ...rest);
    openings.push({ ...unused, prompt: rows, promptCount: 1 + rest.length, last, reply });
    rows += 1 + rest.length;
  }
  const longest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
  let draws = 0;
  const placed = episodes.map((episode): SequenceState => {
    const { stream, automaton, maxTurns, state, turn } = episode;
    const opening = batch.openings[episode.opening];
    const held = opening.length - 1;
    const prompt = { prompt: rowOf.get(episode.opening) as number, promptCount: held, own: rows };
    const start = { state, turn, held, last: opening[held], reply: 0, draws, over: 0 };
    rows += ownRows(episode, batch, context);
    draws += turnsLeft(episode) * batch.stepTokens;
    return { stream, automaton, maxTurns, ...prompt, ...start };
  });
  const tables = new Uint32Array(batch.tables.length + words.length);
  tables.set(batch.tables);
  tables.set(words, batch.tables.length);
  return {
    tables,
    openings,
    episodes: placed,
    rows,
    draws,
    longestOpening: longest(openings.map(({ promptCount }) => promptCount)),
    mostTurns: longest(episodes.map(turnsLeft)),
    tokensPerTurn: batch.stepTokens + longest(episodes.map(({ longestReply }) => longestReply)),
  };
}

/** What an opening has no use for. */
const unused = {
  stream: 0,
  automaton: 0,
  maxTurns: 0,
  own: 0,
  state: 0,
  turn: 0,
  held: 0,
  draws: 0,
  over: 0,
};
