import { expect, it } from 'vitest';
import type { BarrierToken, BarrierView } from '../workers/protocol.ts';
import { barrierTokens, summarize, turnStart } from './barrier.ts';

const roles = ['tool', 'thought', 'argument'] as const;

/** Four turns; the plan matters at the arguments of turns 1 and 2. */
const view: BarrierView = {
  task: { seed: 1, level: 2, index: 0 },
  taskId: 'search-1-2-0',
  levelName: '2 stale',
  step: 0,
  policy: 'nano',
  passK: 32,
  tokens: Array.from({ length: 12 }, (_, i): BarrierToken => {
    const turn = Math.floor(i / 3);
    const role = roles[i % 3];
    const inside = role === 'argument' && (turn === 1 || turn === 2);
    return { word: `w${i}`, role, turn, deltaLogit: inside ? 2 : 0.1 };
  }),
  prefixes: [0, 0, 0.5, 1, 1].map((passAtK, turns) => ({ turns, psi: 1, passAtK, success: passAtK / 8 })),
  barrier: [1, 2],
  reward: 1,
  elapsedMs: 10,
};

it('shades the tokens of the barrier turns', () => {
  expect(barrierTokens(view)).toEqual({ from: 3, to: 9 });
  expect(barrierTokens({ ...view, barrier: null })).toBeUndefined();
});

it('places a prefix where its turn begins, the last one behind all tokens', () => {
  expect([0, 1, 2, 3, 4].map((turn) => turnStart(view, turn))).toEqual([0, 3, 6, 9, 12]);
});

it('compares both sides of the barrier', () => {
  const { inside, elsewhere, before, after } = summarize(view);
  expect(inside).toBeCloseTo(2, 12);
  expect(elsewhere).toBeCloseTo(0.1, 12);
  expect([before, after]).toEqual([0, 1]);
  expect(summarize({ ...view, barrier: null })).toMatchObject({ inside: NaN, before: 0, after: undefined });
});
