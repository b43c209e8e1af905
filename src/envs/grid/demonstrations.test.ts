import { describe, expect, it } from 'vitest';
import { Random } from '../../core/random.ts';
import { demonstration, gridMixture, type GridMixture } from './demonstrations.ts';
import { doors, keys, token, words } from './vocabulary.ts';

/** Reads a demonstration back from its tokens alone. */
function read(mixture: GridMixture, stream: number) {
  const { tokens, weights } = demonstration(new Random(9, stream), mixture);
  const go = tokens.indexOf(token.go);
  const planAt = tokens.indexOf(token.plan);
  const plan = planAt < 0 ? [] : tokens.slice(planAt + 1, tokens.indexOf(token.endPlan));
  const asked = tokens.slice(2, (planAt < 0 ? go : planAt) - 4).filter((id) => doors.includes(id));
  const steps: { tool: number; thought: number; argument: number }[] = [];
  for (let at = go + 1; at < tokens.length; at += 7) {
    const [tool, thought, argument] = tokens.slice(at, at + 3);
    steps.push({ tool, thought, argument });
  }
  return { tokens, weights, go, plan, asked, steps, takes: steps.filter(({ tool }) => tool === token.take) };
}

const sample = (count: number, mixture = gridMixture) =>
  Array.from({ length: count }, (_, i) => read(mixture, i));
const share = <T>(items: readonly T[], test: (item: T) => boolean) =>
  items.filter(test).length / items.length;

describe('demonstrations', () => {
  const demonstrations = sample(4000);

  it('weigh exactly the tokens of the agent', () => {
    for (const { tokens, weights, go } of demonstrations.slice(0, 500)) {
      expect(weights).toHaveLength(tokens.length);
      tokens.forEach((_, t) => {
        const agents = t > go && (t - go - 1) % 7 < 3;
        if (t > 0) expect(weights[t - 1]).toBe(agents ? 1 : 0);
      });
      expect(weights.at(-1)).toBe(0);
    }
  });

  it('succeed: they see the goal, step on it without a reply, and open every door of the question', () => {
    for (const { tokens, steps, asked } of demonstrations) {
      expect((tokens.length - tokens.indexOf(token.go) - 1) % 7).toBe(3);
      expect(steps[steps.length - 1].tool).toBe(token.move);
      expect(tokens.slice(-7, -3)).toContain(token.goal);
      const opened = steps.flatMap(({ tool, thought }) => (tool === token.open ? [thought] : []));
      expect(opened).toEqual(asked);
    }
  });

  it('follow their plan, which is a prefix of the steps', () => {
    for (const { plan, steps } of demonstrations)
      expect(steps.flatMap(({ tool, argument }) => [tool, argument]).slice(0, plan.length)).toEqual(plan);
  });

  it('mix: 40 % plain, else 0-3 doors and plans of all lengths', () => {
    // A sequence without door is plain (0.4) or drew none (0.6 / 4).
    expect(share(demonstrations, (d) => d.asked.length === 0)).toBeCloseTo(0.55, 1);
    for (const m of [1, 2, 3])
      expect(share(demonstrations, (d) => d.asked.length === m)).toBeCloseTo(0.15, 1);
    const hard = demonstrations.filter((d) => d.asked.length === 3);
    // 0.85 · L/(L+1) and 0.85 · 1/(L+1) at L about 10.
    expect(share(hard, (d) => d.plan.length > 0)).toBeCloseTo(0.773, 1);
    expect(share(hard, (d) => d.plan.length === 2 * d.steps.length)).toBeCloseTo(0.077, 1);
  });

  it('teach that a key opens the door of its colour beyond the plan, and nothing about it inside', () => {
    const split = (covered: boolean) =>
      demonstrations.flatMap(({ steps, plan }) =>
        steps.filter(({ tool }, i) => tool === token.take && i < plan.length / 2 === covered),
      );
    const agrees = ({ thought, argument }: { thought: number; argument: number }) =>
      words[thought] === `${words[argument]}-door`;
    expect(share(split(false), agrees)).toBeCloseTo(0.85 + 0.15 / 8, 1.5);
    expect(share(split(true), agrees)).toBeCloseTo(1 / 8, 1.5);
    expect(new Set(split(true).map(({ argument }) => argument))).toEqual(new Set(keys));
  });

  it('are functions of the random stream and the mixture', () => {
    const tokens = (stream: number, mixture?: GridMixture) =>
      demonstration(new Random(1, stream), mixture).tokens;
    expect(tokens(3)).toEqual(tokens(3));
    expect(tokens(3)).not.toEqual(tokens(4));
    const plain = sample(50, { ...gridMixture, plainFraction: 1 });
    expect(plain.every(({ plan, takes }) => plan.length === 0 && takes.length === 0)).toBe(true);
  });

  it('fit the context', () => {
    expect(Math.max(...demonstrations.map(({ tokens }) => tokens.length))).toBeLessThanOrEqual(128);
  });
});
