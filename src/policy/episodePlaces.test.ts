import { describe, expect, it } from 'vitest';
import { chunksOf, placeEpisodes } from './episodePlaces.ts';
import type { TableEpisode, TableEpisodes } from './types.ts';

const openings = [[5, 6, 7, 8], [9]];
const episode = (opening: number, stream: number, turn = 0): TableEpisode => ({
  stream,
  opening,
  automaton: 4,
  state: 2,
  turn,
  maxTurns: 3,
  longestReply: 2,
});
const batch: TableEpisodes = {
  tables: Uint32Array.of(0, 0, 0, 0, 1),
  actions: 2,
  stepTokens: 3,
  openings,
  episodes: [episode(0, 1), episode(1, 2), episode(0, 3, 2)],
};

describe('episode places', () => {
  it('openings lie once, without their last token; each episode has rows for all that may follow', () => {
    const placed = placeEpisodes(batch, batch.episodes, 100);
    expect([...placed.tables]).toEqual([0, 0, 0, 0, 1, 2, 6, 7]);
    expect(placed.openings).toMatchObject([{ prompt: 0, promptCount: 3, held: 0, last: 5, reply: 5 }]);
    // 3 turns of 3 + 2 tokens, the same, and 1 turn.
    expect(placed.episodes).toMatchObject([
      { prompt: 0, promptCount: 3, held: 3, own: 3, last: 8, draws: 0, stream: 1, turn: 0 },
      { promptCount: 0, held: 0, own: 18, last: 9, draws: 9, stream: 2 },
      { prompt: 0, promptCount: 3, held: 3, own: 33, last: 8, draws: 18, stream: 3, turn: 2 },
    ]);
    expect(placed).toMatchObject({ rows: 38, draws: 21, longestOpening: 3, mostTurns: 3, tokensPerTurn: 5 });
  });

  it('rows never reach beyond the context', () => {
    expect(placeEpisodes(batch, batch.episodes, 10).rows).toBe(3 + 7 + 10 + 5);
  });

  it('splits where rows run out, in order; a chunk computes its openings anew', () => {
    const streams = (rows: number) =>
      chunksOf(batch, 100, rows).map((chunk) => chunk.map(({ stream }) => stream));
    expect(streams(38)).toEqual([[1, 2, 3]]);
    expect(streams(37)).toEqual([[1, 2], [3]]);
    expect(streams(20)).toEqual([[1], [2], [3]]);
    expect(streams(1)).toEqual([[1], [2], [3]]);
  });
});
