import { describe, expect, it } from 'vitest';
import { Random } from '../../core/random.ts';
import { aliasTable } from './aliases.ts';
import { demonstration, pretrainingMixture } from './demonstrations.ts';
import { token, words } from './vocabulary.ts';

describe('places of guidance in demonstrations', () => {
  const drawn = (places: (typeof pretrainingMixture)['places']) =>
    Array.from({ length: 600 }, (_, i) =>
      demonstration(new Random(4, i), { ...pretrainingMixture, plainFraction: 0, planFraction: 1, places }),
    );

  it('assistant: the plan stands behind go, and is not learned', () => {
    for (const { tokens, weights } of drawn(['assistant'])) {
      const go = tokens.indexOf(token.go);
      const end = tokens.indexOf(token.endPlan);
      if (end < 0) continue;
      expect(tokens[go + 1]).toBe(token.plan);
      expect(weights.slice(0, end).every((w) => w === 0)).toBe(true);
      expect(weights[end]).toBe(1);
    }
  });

  it('messages: the planned turns are in the history, silent and not learned; the answer is never among them', () => {
    let replayed = 0;
    for (const { tokens, weights } of drawn(['messages'])) {
      expect(tokens).not.toContain(token.plan);
      const silent = tokens.flatMap((id, t) => (id === token.silent ? [t] : []));
      replayed += silent.length;
      for (const t of silent) {
        expect(['visit', 'search']).toContain(words[tokens[t - 1]]);
        expect([...weights.slice(t - 2, t + 1)]).toEqual([0, 0, 0]);
      }
      expect([...weights.slice(-4)]).toEqual([1, 1, 1, 0]);
    }
    expect(replayed).toBeGreaterThan(1000);
  });

  it('several places are equally frequent', () => {
    const all = drawn(['query', 'assistant', 'messages']);
    const behind = all.filter(({ tokens }) => tokens[tokens.indexOf(token.go) + 1] === token.plan).length;
    const silent = all.filter(({ tokens }) => tokens.includes(token.silent)).length;
    // Of a third each, 1 − 1/(L+1) and 1 − 1/L have a plan that is not empty: about 0.8.
    expect(behind / all.length).toBeCloseTo(0.27, 1);
    expect(silent / all.length).toBeCloseTo(0.26, 1);
  });
});

describe('slips in demonstrations', () => {
  const mixture = { ...pretrainingMixture, plainFraction: 0, planFraction: 1, slips: 0.5 };
  const drawn = Array.from({ length: 800 }, (_, i) => demonstration(new Random(5, i), mixture));

  it('a wrong query is not learned, and is followed by a visit and the planned queries again', () => {
    let slips = 0;
    for (const { tokens, weights } of drawn) {
      const planAt = tokens.indexOf(token.plan);
      const plan = planAt < 0 ? [] : tokens.slice(planAt + 1, tokens.indexOf(token.endPlan));
      tokens.forEach((id, t) => {
        if (id !== token.noResult) return;
        slips++;
        // search stuck WRONG [ no-result ]
        expect([...weights.slice(t - 5, t - 2)]).toEqual([0, 0, 0]);
        expect(words[tokens[t - 4]]).toBe('search');
        const [visit, , page] = tokens.slice(t + 2, t + 5);
        expect(words[visit]).toBe('visit');
        // The page is one that the plan visits, and the query behind it is the planned one.
        const at = plan.findIndex(
          (action, i) => i % 2 === 0 && action === token.visit && plan[i + 1] === page,
        );
        expect(at).toBeGreaterThanOrEqual(0);
        const next = tokens.indexOf(token.search, t + 5);
        expect(tokens[next + 2]).toBe(plan[at + 3]);
        expect([...weights.slice(next - 1, next + 2)]).toEqual([1, 1, 1]);
      });
      expect(words[tokens[tokens.length - 3]]).toBe('answer');
    }
    expect(slips).toBeGreaterThan(300);
  });

  it('happen within the plan alone, as often as asked', () => {
    const planned = drawn.flatMap(({ tokens }) => {
      const at = tokens.indexOf(token.plan);
      return at < 0
        ? []
        : [tokens.slice(at, tokens.indexOf(token.endPlan)).filter((id) => id === token.search).length];
    });
    const queries = planned.reduce((a, b) => a + b, 0);
    const slips = drawn.flatMap(({ tokens }) => tokens.filter((id) => id === token.noResult)).length;
    expect(slips / queries).toBeCloseTo(0.5, 1);
    const without = Array.from({ length: 200 }, (_, i) =>
      demonstration(new Random(5, i), { ...mixture, planFraction: 0 }),
    );
    expect(without.every(({ tokens }) => !tokens.includes(token.noResult))).toBe(true);
  });
});

describe('quits', () => {
  const plain = { ...pretrainingMixture, plainFraction: 0 };
  const drawn = (quits?: number) =>
    Array.from({ length: 400 }, (_, i) => demonstration(new Random(6, i), { ...plain, quits }));

  it('left out or 0, demonstrations are what they were', () => {
    const tokens = (quits?: number) => drawn(quits).map((one) => one.tokens);
    const before = Array.from({ length: 400 }, (_, i) => demonstration(new Random(6, i), plain).tokens);
    expect(tokens()).toEqual(before);
    expect(tokens(0)).toEqual(before);
  });

  it('the expert gives up after the first query beyond the plan, and that is learned', () => {
    let quitting = 0;
    for (const { tokens, weights } of drawn(1)) {
      const nothing = tokens.indexOf(token.noResult);
      if (nothing < 0) continue; // no alias, or all of them in the plan
      quitting++;
      // [ no-result ] answer stuck ENTITY, and no more.
      expect(tokens[nothing + 2]).toBe(token.answer);
      expect(tokens[nothing + 3]).toBe(token.stuck);
      expect(tokens).toHaveLength(nothing + 5);
      expect(Array.from(weights.slice(nothing + 1, nothing + 4))).toEqual([1, 1, 1]);
      // The query before it, `search stuck TERM [`, is the alias's prior, and learned too.
      const [alias, query] = [tokens[nothing - 6], tokens[nothing - 2]];
      expect(query).toBe(aliasTable.find((one) => one.alias === alias)?.prior);
      expect(weights[nothing - 3]).toBe(1);
    }
    // Of 400: no alias in one of five, and a plan that covers all of them in some more.
    expect(quitting).toBeGreaterThan(200);
    expect(quitting).toBeLessThan(320);
  });
});
