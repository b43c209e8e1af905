import { describe, expect, it } from 'vitest';
import { Random } from '../../core/random.ts';
import { aliasTable } from './aliases.ts';
import { demonstration, pretrainingMixture, type DemonstrationMixture } from './demonstrations.ts';
import { entities, terms, text, token } from './vocabulary.ts';

/** Reads a demonstration back from its tokens alone. */
function read(mixture: DemonstrationMixture, stream: number) {
  const { tokens, weights } = demonstration(new Random(9, stream), mixture);
  const go = tokens.indexOf(token.go);
  const planAt = tokens.indexOf(token.plan);
  const plan = planAt < 0 ? [] : tokens.slice(planAt + 1, tokens.indexOf(token.endPlan));
  const hops = (planAt < 0 ? go : planAt) - 3;
  const steps: { tool: number; thought: number; argument: number; facing: number | null }[] = [];
  let facing: number | null = null;
  for (let at = go + 1; at < tokens.length;) {
    const [tool, thought, argument] = tokens.slice(at, at + 3);
    steps.push({ tool, thought, argument, facing });
    at += 3;
    const end = tokens.indexOf(token.endPage, at);
    const reply = end < 0 ? [] : tokens.slice(at, end + 1);
    facing = reply[1] === token.alias ? reply[2] : null;
    at += reply.length;
  }
  return {
    tokens,
    weights,
    go,
    plan,
    hops,
    steps,
    queries: steps.filter((step) => step.tool === token.search),
  };
}

const sample = (count: number, mixture = pretrainingMixture) =>
  Array.from({ length: count }, (_, i) => read(mixture, i));
const share = <T>(items: readonly T[], test: (item: T) => boolean) =>
  items.filter(test).length / items.length;

describe('demonstrations', () => {
  const demonstrations = sample(6000);

  it('weigh exactly the tokens of the agent', () => {
    for (const { tokens, weights, go } of demonstrations.slice(0, 500)) {
      expect(weights).toHaveLength(tokens.length);
      expect(weights.at(-1)).toBe(0);
      let inReply = false;
      tokens.forEach((id, t) => {
        if (t === 0) return;
        if (id === token.page) inReply = true;
        expect(weights[t - 1]).toBe(t > go && !inReply ? 1 : 0);
        if (id === token.endPage) inReply = false;
      });
    }
  });

  it('succeed: the last step answers with a link of the last page, and no reply is without result', () => {
    for (const { tokens, steps, hops } of demonstrations) {
      expect(tokens).not.toContain(token.noResult);
      const answer = steps[steps.length - 1];
      expect(answer.tool).toBe(token.answer);
      expect(answer.thought).toBe(tokens[2 + hops]);
      expect(text(tokens.slice(0, -3))).toContain(text([answer.thought, answer.argument]));
    }
  });

  it('follow their plan, which is a prefix of the steps', () => {
    for (const { plan, steps } of demonstrations)
      expect(steps.flatMap(({ tool, argument }) => [tool, argument]).slice(0, plan.length)).toEqual(plan);
  });

  it('mix: 40 % plain, else 0-4 aliases and plans of all lengths', () => {
    // A sequence without alias is plain (0.4) or drew m = 0 (0.6 / 5); one with a plan drew k > 0.
    expect(share(demonstrations, (d) => d.queries.length === 0)).toBeCloseTo(0.52, 1);
    for (const m of [1, 2, 3, 4])
      expect(share(demonstrations, (d) => d.queries.length === m)).toBeCloseTo(0.12, 1);
    for (const h of [1, 2, 3]) expect(share(demonstrations, (d) => d.hops === h)).toBeCloseTo(1 / 3, 1);
    const hard = demonstrations.filter((d) => d.queries.length === 4);
    // 0.85 · L/(L+1) averaged over L = 6, 7, 8; the whole plan 0.85 · 1/(L+1).
    expect(share(hard, (d) => d.plan.length > 0)).toBeCloseTo(0.743, 1);
    expect(share(hard, (d) => d.plan.length === 2 * d.steps.length)).toBeCloseTo(0.107, 1);
  });

  it('teach the prior with confidence beyond the plan, and nothing about it inside', () => {
    const prior = new Map(aliasTable.map((alias) => [alias.alias, alias.prior]));
    const split = (covered: boolean) =>
      demonstrations.flatMap(({ steps, plan }) =>
        steps.filter((step, i) => step.tool === token.search && i < plan.length / 2 === covered),
      );
    const agrees = (step: { facing: number | null; argument: number }) =>
      prior.get(step.facing ?? -1) === step.argument;
    expect(share(split(false), agrees)).toBeCloseTo(0.85 + 0.15 / 8, 1.5);
    expect(share(split(true), agrees)).toBeCloseTo(1 / 8, 1.5);
    expect(new Set(split(true).map((step) => step.argument))).toEqual(new Set(terms));
  });

  it('are functions of the random stream and the mixture', () => {
    const tokens = (stream: number, mixture?: DemonstrationMixture) =>
      demonstration(new Random(1, stream), mixture).tokens;
    expect(tokens(3)).toEqual(tokens(3));
    expect(tokens(3)).not.toEqual(tokens(4));
    const plain = sample(50, { ...pretrainingMixture, plainFraction: 1 });
    expect(plain.every((d) => d.plan.length === 0 && d.queries.length === 0)).toBe(true);
    expect(plain.every((d) => entities.includes(d.tokens[2]))).toBe(true);
  });

  it('fit the context', () => {
    expect(Math.max(...demonstrations.map((d) => d.tokens.length))).toBeLessThanOrEqual(128);
  });
});
