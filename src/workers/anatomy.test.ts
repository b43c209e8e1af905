import { beforeAll, describe, expect, it } from 'vitest';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { rollouts, type Rollout } from '../actguide/rollout.ts';
import { searchWorld } from '../envs/search/world.ts';
import { tokenAnatomy } from './anatomy.ts';
import { taskOf } from './probing.ts';
import { logProbRef, referenceModel } from './testing/referenceModel.ts';
import { logitsUnderBoth, planFor, roleOf, tokenViews } from './tokens.ts';

const world = searchWorld();
const task = taskOf(world, { seed: 3, level: 2, index: 1 });
const plan = task.plan.slice(0, 2);
const [REFERENCE, BEFORE, AFTER] = [1, 2, 3];
let guided: Rollout;
let alone: Rollout;
/** Positions of the sampled tokens. */
const sampledIn = ({ sampled }: Rollout) => [...sampled.keys()].filter((t) => sampled[t] === 1);
/** Tokens of a rollout behind the bare question, and how far they moved. */
const bare = ({ tokens, promptLength }: Rollout) => {
  const prompt = world.prompt(task, []);
  return {
    tokens: [...prompt, ...tokens.slice(promptLength)],
    shift: prompt.length - promptLength,
  };
};

beforeAll(async () => {
  // Of eight draws each, one that lasts two turns or more.
  const requests = Array.from({ length: 16 }, (_, stream) => ({
    task,
    plan: stream < 8 ? plan : [],
    stream,
  }));
  const drawn = await rollouts(referenceModel(world, BEFORE), world, requests, { seed: 5, temperature: 1 });
  [guided, alone] = [drawn.slice(0, 8), drawn.slice(8)].map((some) => some.find(({ turns }) => turns > 1)!);
});

describe('tokens under both prompts', () => {
  it('have the logits that the reference gives them behind either prompt', async () => {
    const both = await logitsUnderBoth(referenceModel(world, BEFORE), world, guided, plan);
    const positions = sampledIn(guided);
    expect(both.guided).toHaveLength(positions.length);
    const views = await tokenViews(referenceModel(world, BEFORE), world, guided);
    const free = bare(guided);
    for (const j of [0, 4, positions.length - 1]) {
      const at = positions[j];
      const token = guided.tokens[at];
      const led = logProbRef(BEFORE, guided.tokens, at - 1, token);
      const un = logProbRef(BEFORE, free.tokens, at - 1 + free.shift, token);
      expect(Math.log(views[j].guided)).toBeCloseTo(led, 4);
      expect(Math.log(views[j].unguided)).toBeCloseTo(un, 4);
      expect(views[j]).toMatchObject({
        word: world.words[token],
        turn: Math.floor(j / 3),
        role: ['tool', 'thought', 'argument'][j % 3],
      });
      // |ΔLogit| of Eq. 5 by hand: the mean distance of the centred logits.
      const [p, q] = [both.guided[j], both.unguided[j]].map((row) => {
        const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
        return [...row].map((value) => value - mean);
      });
      const byHand = p.reduce((sum, value, v) => sum + Math.abs(value - q[v]), 0) / p.length;
      expect(views[j].deltaLogit).toBeCloseTo(byHand, 5);
      const [best] = views[j].unguidedChoices;
      expect(best.word).toBe(world.words[q.indexOf(Math.max(...q))]);
    }
  });

  it('of a rollout without a plan are compared with the whole reference plan', () => {
    expect(planFor(alone)).toBe(task.plan);
    expect(planFor(guided)).toBe(plan);
    expect([0, 1, 2, 3, 4].map((slot) => roleOf(slot, 5))).toEqual([
      'tool',
      'thought',
      'thought',
      'thought',
      'argument',
    ]);
  });
});

describe('the anatomy of a token', () => {
  const moments = {
    reference: referenceModel(world, REFERENCE),
    before: referenceModel(world, BEFORE),
    after: referenceModel(world, AFTER),
  };
  const config = parseRunConfig({ options: { klCoefficient: 0.5, clipEps: 0.2 } });
  const advantage = 1.5;

  /** The rollout with records of the behaviour policy: what it said at token `index`, and 0 elsewhere. */
  const recorded = (rollout: Rollout, index: number, logProb: number): Rollout => ({
    ...rollout,
    logProb: rollout.logProb.map((_, t) => (t === sampledIn(rollout)[index] ? logProb : 0)),
  });
  const anatomy = (rollout: Rollout, index: number) =>
    tokenAnatomy(moments, world, config, { rollout, advantage, groupRewards: [1, 0] }, index);

  it('follows Eq. 11 and 12 by hand: ratio, KL, gradient, and what the update made of it', async () => {
    const index = 2;
    const T = sampledIn(alone).length;
    const at = sampledIn(alone)[index];
    const token = alone.tokens[at];
    const [reference, before, after] = [REFERENCE, BEFORE, AFTER].map((seed) =>
      logProbRef(seed, alone.tokens, at - 1, token),
    );
    const found = await anatomy(recorded(alone, index, before - 0.1), index);
    const d = reference - before;
    expect(found).toMatchObject({ source: 'unguided', advantage, clipEps: 0.2, groupRewards: [1, 0] });
    expect(found.word).toBe(world.words[token]);
    expect(found.logProb).toBeCloseTo(before, 4);
    expect(found.ratio).toBeCloseTo(Math.exp(0.1), 4);
    expect(found.clipped).toBe(false);
    expect(found.kl).toBeCloseTo(Math.exp(d) - d - 1, 4);
    // L = −min(rA, …)/T + β·k3/T, one rollout in the batch.
    expect(found.gradient).toBeCloseTo((-advantage * Math.exp(0.1) + 0.5 * (1 - Math.exp(d))) / T, 4);
    expect(found.unguided.before).toBeCloseTo(Math.exp(before), 5);
    expect(found.unguided.after).toBeCloseTo(Math.exp(after), 5);
    const [was, is] = [moments.before, moments.after].map(async (model) => {
      const { unguided } = await logitsUnderBoth(model, world, alone, task.plan);
      const row = unguided[index];
      return row[token] - row.reduce((sum, value) => sum + value, 0) / row.length;
    });
    expect(found.logitChange.unguided).toBeCloseTo((await is) - (await was), 5);
  });

  it('of a guided rollout has the bare prompt above the line and the record below it; far off it is clipped', async () => {
    const index = 3;
    const at = sampledIn(guided)[index];
    const token = guided.tokens[at];
    const free = bare(guided);
    const before = logProbRef(BEFORE, free.tokens, at - 1 + free.shift, token);
    const led = logProbRef(BEFORE, guided.tokens, at - 1, token);
    const found = await anatomy(recorded(guided, index, before - Math.log(2)), index);
    expect(found.source).toBe('guided');
    expect(found.ratio).toBeCloseTo(2, 4);
    expect(found.clipped).toBe(true);
    expect(found.guided.before).toBeCloseTo(Math.exp(led), 5);
    const reference = logProbRef(REFERENCE, free.tokens, at - 1 + free.shift, token);
    const T = sampledIn(guided).length;
    // Beyond 1 + ε with A > 0 only the KL pulls.
    expect(found.gradient).toBeCloseTo((0.5 * (1 - Math.exp(reference - before))) / T, 4);
  });

  it('refuses a token that the rollout does not have', async () => {
    const T = sampledIn(alone).length;
    await expect(anatomy(alone, T)).rejects.toThrow(`expected a token from 0 to ${T - 1}, got ${T}`);
  });
});
