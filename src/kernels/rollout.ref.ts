import { attentionForwardRef } from './attention.ref.ts';
import { embeddingForwardRef } from './embedding.ref.ts';
import { matmulRef } from './matmul.ref.ts';
import { rmsnormForwardRef } from './rmsnorm.ref.ts';
import type { RolloutShape } from './rollout.ts';
import { ropeForwardRef } from './rope.ref.ts';
import { sampleRef, type SampledRef } from './sample.ref.ts';
import { swigluForwardRef } from './swiglu.ref.ts';

/** Float64 decoder of one sequence: a function that takes the next token and gives the logits behind it, [V]. */
function decoderRef(
  shape: RolloutShape,
  weights: Float64Array,
  places: ArrayLike<number>,
  theta: number,
): (token: number) => Float64Array {
  const { L, C, H, F, V, eps } = shape;
  const matrix = (place: number, length: number) =>
    weights.subarray(4 * places[place], 4 * places[place] + length);
  const norm = (x: Float64Array, place: number) => rmsnormForwardRef(x, matrix(place, C), { M: 1, C, eps });
  const times = (x: Float64Array, place: number, K: number, N: number) =>
    matmulRef('nn', x, matrix(place, K * N), { M: 1, N, K });
  const keys: number[][] = Array.from({ length: L }, () => []);
  const values: number[][] = Array.from({ length: L }, () => []);
  let held = 0;
  return (token) => {
    let x = embeddingForwardRef([token], matrix(0, V * C), { M: 1, C, V, scale: Math.sqrt(C) });
    const add = (y: Float64Array) => (x = x.map((value, c) => value + y[c]));
    const rows = Uint32Array.of(held, 0, 1, 0);
    const paths = Uint32Array.from({ length: held + 1 }, (_, p) => p);
    for (let l = 0; l < L; l++) {
      const [norm1, qkv, out, norm2, gateUp, down] = Array.from({ length: 6 }, (_, i) => 2 + 6 * l + i);
      const { q, k, v } = ropeForwardRef(times(norm(x, norm1), qkv, C, 3 * C), [held], theta, { M: 1, C, H });
      keys[l].push(...k);
      values[l].push(...v);
      const attended = attentionForwardRef(q, keys[l], values[l], { rows, paths }, { M: 1, H, D: C / H });
      add(times(attended, out, C, C));
      const hidden = swigluForwardRef(times(norm(x, norm2), gateUp, C, 2 * F), 1, F);
      add(times(hidden, down, F, C));
    }
    held++;
    return matmulRef('nt', norm(x, 1), matrix(0, V * C), { M: 1, N: V, K: C });
  };
}

/** Where an episode starts, as in the kernel's tables. */
export interface EpisodeRef {
  readonly opening: readonly number[];
  readonly stream: number;
  readonly automaton: number;
  readonly state: number;
  readonly turn: number;
  readonly maxTurns: number;
}

/**
 * The rollout kernel's loop in float64: feed what is new, draw `stepTokens` tokens, take the step in `tables`, until
 * the episode is over, at its turn limit, or has no room for the reply and another step.
 * `weights` and `places`, `tables`: as the kernel has them. Draws in order, with their distance from a boundary.
 */
export function rolloutRef(
  shape: RolloutShape,
  {
    weights,
    places,
    tables,
  }: {
    readonly weights: ArrayLike<number>;
    readonly places: ArrayLike<number>;
    readonly tables: ArrayLike<number>;
  },
  episode: EpisodeRef,
  options: {
    readonly stepTokens: number;
    readonly actions: number;
    readonly seed: number;
    readonly temperature: number;
    readonly theta: number;
  },
): { readonly draws: SampledRef[]; readonly state: number; readonly turns: number } {
  const { stepTokens, actions } = options;
  const { stream, automaton, maxTurns } = episode;
  let { state, turn } = episode;
  const decode = decoderRef(shape, Float64Array.from(weights), places, options.theta);
  const tokens: number[] = [];
  const feed = (more: readonly number[]): Float64Array => {
    tokens.push(...more);
    return more.map((token) => decode(token))[more.length - 1];
  };
  const draws: SampledRef[] = [];
  let logits = feed(episode.opening);
  for (;;) {
    const step: number[] = [];
    while (step.length < stepTokens) {
      const drawn = sampleRef(logits, stream, tokens.length, options);
      draws.push(drawn);
      step.push(drawn.token);
      logits = feed([drawn.token]);
    }
    const transition = automaton + 2 * (state * actions + tables[step[0] * shape.V + step[stepTokens - 1]]);
    const next = tables[transition];
    const reply = automaton + tables[transition + 1];
    const over = next >= 2 ** 31;
    state = over ? next - 2 ** 31 : next;
    turn++;
    const observation = Array.from({ length: tables[reply] }, (_, i) => tables[reply + 1 + i]);
    if (over || turn >= maxTurns || tokens.length + observation.length + stepTokens > shape.T)
      return { draws, state, turns: turn };
    if (observation.length > 0) logits = feed(observation);
  }
}
