import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { Random } from '../core/random.ts';
import { rolloutRef, type EpisodeRef } from './rollout.ref.ts';
import {
  DRAW_WORDS,
  feedSequences,
  playTurns,
  rolloutTile,
  sequenceFields,
  type RolloutShape,
  type SequenceState,
} from './rollout.ts';
import { ropeTable } from './rope.ts';

const theta = 1000;
const stepTokens = 3;
const actions = 5;
/** Odd on purpose: V is no multiple of 4, F is narrower than C. */
const shape: RolloutShape = { L: 2, C: 16, H: 2, F: 12, V: 11, T: 64, eps: 1e-6 };

/** Random weights, each matrix at a multiple of 4 values. */
function randomWeights({ L, C, F, V }: RolloutShape): { weights: Float32Array; places: Uint32Array } {
  const layer = [C, 3 * C * C, C * C, C, 2 * C * F, F * C];
  const lengths = [V * C, C, ...Array.from({ length: L }, () => layer).flat()];
  const isNorm = (i: number): boolean => i === 1 || (i > 1 && ((i - 2) % 6) % 3 === 0);
  const places: number[] = [];
  const values = lengths.flatMap((length, i) => {
    places.push(lengths.slice(0, i).reduce((a, b) => a + b, 0) / 4);
    const scale = i === 0 ? 0.6 : 1.5 / Math.sqrt(C);
    return Array.from(testData(length, i + 1), (x) => (isNorm(i) ? 1 + 0.3 * x : scale * x));
  });
  return { weights: Float32Array.from(values), places: Uint32Array.from(places) };
}

/** A random automaton of 6 states, the last of which ends the episode, behind the action table. */
function randomTables({ V }: RolloutShape): { tables: number[]; automaton: number } {
  const random = new Random(8);
  const tables = Array.from({ length: V * V }, () => random.int(actions));
  const automaton = tables.length;
  const states = 6;
  const replies = [[1], [2, 3], [4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4], []];
  const starts = replies.map(
    (_, i) => 2 * states * actions + replies.slice(0, i).reduce((sum, reply) => sum + 1 + reply.length, 0),
  );
  for (let entry = 0; entry < states * actions; entry++) {
    const next = entry >= 5 * actions ? 5 : random.int(20) === 0 ? 5 : random.int(5);
    tables.push(next === 5 ? next + 2 ** 31 : next, starts[random.int(replies.length)]);
  }
  tables.push(...replies.flatMap((reply) => [reply.length, ...reply]));
  return { tables, automaton };
}

const nothing = Object.fromEntries(sequenceFields.map((field) => [field, 0])) as SequenceState;

/** Plays `episodes`, which start from two openings, `turns` turns a dispatch. */
async function play(
  episodes: readonly EpisodeRef[],
  model: { weights: Float32Array; places: Uint32Array; tables: number[] },
  { seed, temperature, turns, size }: { seed: number; temperature: number; turns: number; size: number },
): Promise<{ draws: Float32Array; state: number; turns: number }[]> {
  const gpu = await testGpu();
  const { T, C, H, L } = shape;
  const tables = [...model.tables];
  const openings = [...new Set(episodes.map(({ opening }) => opening))];
  const fed = openings.map((opening, i): SequenceState => {
    const reply = tables.length;
    tables.push(opening.length - 2, ...opening.slice(1, -1));
    return { ...nothing, prompt: i * T, promptCount: opening.length - 1, last: opening[0], reply };
  });
  const most = 20 * stepTokens;
  const played = episodes.map((episode, i): SequenceState => {
    const { opening, stream, automaton, state, turn, maxTurns } = episode;
    const held = opening.length - 1;
    const prompt = openings.indexOf(opening) * T;
    const own = (openings.length + i) * T;
    const last = opening[held];
    const fixed = { ...nothing, stream, automaton, maxTurns, prompt, promptCount: held, own };
    return { ...fixed, state, turn, held, last, draws: i * most };
  });
  const words = [...fed, ...played].flatMap((sequence) => sequenceFields.map((field) => sequence[field]));
  const tensors = {
    weights: gpu.upload(model.weights),
    places: gpu.upload(model.places),
    angles: gpu.upload(ropeTable(T, C / H, theta)),
    tables: gpu.upload(Uint32Array.from(tables)),
    cache: gpu.alloc((openings.length + episodes.length) * T * L * 2 * C),
    sequences: gpu.upload(Uint32Array.from(words)),
    draws: gpu.alloc(episodes.length * most * DRAW_WORDS),
  };
  feedSequences(gpu.recorder, tensors, shape, { base: 0, count: fed.length, size });
  const range = { base: fed.length, count: played.length, size };
  for (let turn = 0; turn < 20; turn += turns)
    playTurns(gpu.recorder, tensors, shape, range, { turns, stepTokens, actions, seed, temperature });
  const [ends, draws] = await gpu.read(tensors.sequences, tensors.draws);
  Object.values(tensors).forEach((tensor) => gpu.free(tensor));
  const states = new Uint32Array(ends.buffer, ends.byteOffset, ends.length);
  return played.map((before, i) => {
    const end = (field: (typeof sequenceFields)[number]): number =>
      states[(fed.length + i) * sequenceFields.length + sequenceFields.indexOf(field)];
    const range = [before.draws * DRAW_WORDS, end('draws') * DRAW_WORDS] as const;
    return { draws: draws.slice(...range), state: end('state'), turns: end('turn') };
  });
}

const model = { ...randomWeights(shape), ...randomTables(shape) };
const openings = [[1, 2, 3], Array.from({ length: 21 }, (_, i) => (7 * i) % 11)];
const episodes = Array.from({ length: 24 }, (_, i): EpisodeRef => ({
  opening: openings[i % 2],
  stream: 100 + i,
  automaton: model.automaton,
  state: i % 5,
  turn: i % 3,
  maxTurns: i % 7 === 0 ? 4 : 20,
}));

describe('rollout on the GPU', () => {
  it('several rows pass the layers together, and long lists take several passes', () => {
    expect(rolloutTile(shape)).toBe(8);
    expect(openings[1].length).toBeGreaterThan(16);
  });

  it.each([1, 0.5, 0])('agrees with the float64 loop at temperature %d', async (temperature) => {
    const options = { seed: 77, temperature };
    const played = await play(episodes, model, { ...options, turns: 3, size: 32 });
    const drawn: number[] = [];
    const expected: number[] = [];
    let clear = 0;
    const ends = { limit: 0, context: 0, over: 0 };
    episodes.forEach((episode, i) => {
      const reference = rolloutRef(shape, model, episode, { ...options, stepTokens, actions, theta });
      const doubtful = reference.draws.findIndex(({ distance }) => distance < 1e-5);
      if (doubtful >= 0) return;
      clear++;
      const tokens = new Uint32Array(played[i].draws.buffer).filter((_, w) => w % DRAW_WORDS === 0);
      expect([...tokens]).toEqual(reference.draws.map(({ token }) => token));
      expect(played[i]).toMatchObject({ state: reference.state, turns: reference.turns });
      ends[reference.state === 5 ? 'over' : reference.turns === episode.maxTurns ? 'limit' : 'context']++;
      reference.draws.forEach(({ logProb, entropy }, j) => {
        drawn.push(...played[i].draws.subarray(j * DRAW_WORDS + 1, (j + 1) * DRAW_WORDS));
        expected.push(logProb, entropy);
      });
    });
    expect(clear).toBeGreaterThanOrEqual(20);
    expect(Math.min(...Object.values(ends))).toBeGreaterThan(0);
    expect(relativeError(drawn, expected)).toBeLessThan(1e-5);
  });

  it('the turns of a dispatch change nothing, and neither does the company', async () => {
    const options = { seed: 77, temperature: 1, size: 32 };
    const whole = await play(episodes, model, { ...options, turns: 20 });
    expect(await play(episodes, model, { ...options, turns: 1 })).toEqual(whole);
    expect(await play([episodes[9]], model, { ...options, turns: 20 })).toEqual([whole[9]]);
  });

  it('names a policy that does not fit', async () => {
    const wide = { ...shape, H: 4 };
    expect(rolloutTile(wide)).toBe(0);
    const gpu = await testGpu();
    expect(() => feedSequences(gpu.recorder, {} as never, wide, { base: 0, count: 1, size: 32 })).toThrow(
      /rollout: expected heads 8, 16, … or 64 wide.*got C=16, H=4.*Use the batched decoder/,
    );
  });
});
