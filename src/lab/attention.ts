import type { PolicyLook } from '../workers/policyLook.ts';

/** A head of a layer, or the mean over all of them. */
export interface Head {
  readonly layer: number;
  readonly head: number;
}
export type HeadChoice = Head | 'mean';

/** The heads of a policy, layer by layer. */
export const headsOf = ({ layers, heads }: Pick<PolicyLook, 'layers' | 'heads'>): Head[] =>
  Array.from({ length: layers * heads }, (_, i) => ({ layer: Math.floor(i / heads), head: i % heads }));

export const headName = (choice: HeadChoice): string =>
  choice === 'mean' ? 'mean of all heads' : `layer ${choice.layer + 1}, head ${choice.head + 1}`;

/** Attention probabilities of one head: [T, T], row by row. */
export function headMap({ attention, heads, choices }: PolicyLook, { layer, head }: Head): Float32Array {
  const T = choices.length;
  const start = (layer * heads + head) * T * T;
  return attention.subarray(start, start + T * T);
}

/** How much position t looks at each position up to its own: [t + 1], sums to 1. */
export function attentionFrom(look: PolicyLook, choice: HeadChoice, t: number): Float64Array {
  const T = look.choices.length;
  const among = choice === 'mean' ? headsOf(look) : [choice];
  const row = new Float64Array(t + 1);
  for (const head of among) {
    const map = headMap(look, head);
    for (let s = 0; s <= t; s++) row[s] += map[t * T + s] / among.length;
  }
  return row;
}

/** Positions most looked at, most first. */
export function mostAttended(row: Float64Array, count: number): number[] {
  return [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, count);
}

/**
 * RGBA pixels of an attention map, a pixel a (position, attended position): one colour, whose opacity grows with the
 * cube root of the probability, so that weak attention is seen beside strong.
 */
export function mapPixels(
  map: Float32Array,
  T: number,
  color: readonly [number, number, number],
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * T * T);
  for (let i = 0; i < T * T; i++) {
    pixels.set(color, 4 * i);
    pixels[4 * i + 3] = Math.round(255 * Math.cbrt(map[i]));
  }
  return pixels;
}
