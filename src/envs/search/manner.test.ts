import { describe, expect, it } from 'vitest';
import { Random } from '../../core/random.ts';
import { demonstration, pretrainingMixture } from './demonstrations.ts';
import { drawManners } from './manner.ts';
import { longestEpisode } from './puzzle.ts';
import { manners, token } from './vocabulary.ts';
import { searchWorld } from './world.ts';

const share = (drawn: readonly number[]) =>
  manners.map((m) => drawn.filter((d) => d === m).length / drawn.length);

describe('manners', () => {
  it('are said with frequencies that fall by 0.6, in reverse while a plan is followed', () => {
    const alone = share(drawManners(new Random(1), false, 40_000));
    const planned = share(drawManners(new Random(2), true, 40_000));
    const exact = manners.map((_, i) => (0.6 ** i * 0.4) / (1 - 0.6 ** 8));
    exact.forEach((p, i) => {
      expect(Math.abs(alone[i] - p)).toBeLessThan(4 * Math.sqrt(p / 40_000));
      expect(Math.abs(planned[7 - i] - p)).toBeLessThan(4 * Math.sqrt(p / 40_000));
    });
    // What manner.ts says of their entropy, and of the log-ratio of Eq. 14 where a plan is followed.
    const under = exact.toReversed();
    const mean = under.reduce((sum, q, i) => sum + q * Math.log(exact[i] / q), 0);
    expect(-exact.reduce((sum, p) => sum + p * Math.log(p), 0)).toBeCloseTo(1.6, 2);
    expect(mean).toBeCloseTo(-2.18, 2);
    expect(under.reduce((sum, q, i) => sum + q * (Math.log(exact[i] / q) - mean) ** 2, 0)).toBeCloseTo(
      2.75,
      2,
    );
  });

  it('lengthen every step of the world, and change no action', () => {
    const world = searchWorld({ manners: 2 });
    expect(world.stepTokens).toBe(5);
    const [task] = world.tasks({ seed: 2, count: 1, level: 4 });
    const [same] = searchWorld().tasks({ seed: 2, count: 1, level: 4 });
    expect(task.plan).toEqual(same.plan);
    task.expertThoughts.forEach(([thought, ...rest], i) => {
      expect([thought]).toEqual(same.expertThoughts[i]);
      expect(rest.every((id) => manners.includes(id))).toBe(true);
      const { tool, argument } = task.plan[i];
      expect(world.actionIndex([tool, thought, ...rest, argument])).toBe(world.actionIndex([tool, argument]));
    });
    expect(longestEpisode(16, 3 + 4)).toBeLessThanOrEqual(384);
    expect(() => searchWorld({ manners: 5 })).toThrow(
      'searchWorld: manners: expected a whole number from 0 to 4',
    );
  });

  it('demonstrations: the planned steps have the one frequency, the others the other', () => {
    const planned: number[] = [];
    const alone: number[] = [];
    for (let i = 0; i < 1500; i++) {
      const { tokens, weights } = demonstration(new Random(3, i), { ...pretrainingMixture, manners: 1 });
      const at = tokens.indexOf(token.plan);
      const k = at < 0 ? 0 : (tokens.indexOf(token.endPlan) - at - 1) / 2;
      tokens
        .filter((id) => manners.includes(id))
        .forEach((id, step) => (step < k ? planned : alone).push(id));
      expect(weights.reduce((sum, w) => sum + w, 0) % 4).toBe(0);
    }
    expect(share(alone)[0]).toBeCloseTo(0.407, 1.5);
    expect(share(planned)[7]).toBeCloseTo(0.407, 1.5);
  });
});
