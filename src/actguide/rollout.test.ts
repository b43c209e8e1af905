import { describe, expect, it } from 'vitest';
import type { Environment } from '../envs/types.ts';
import { releaseDecoders } from './decoders.ts';
import { guidance, guidanceLevels, guidedPrompt } from './guidance.ts';
import { rollouts, type RolloutRequest } from './rollout.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates, gatesTask, token, words } from './testing/gates.ts';

const easy = gatesTask(0, 5);
const hard = gatesTask(2, 6);
const options = { seed: 3, temperature: 1 };

describe('guidance', () => {
  it('Eq. 6: g_0 is empty and each level adds one action', () => {
    const levels = guidanceLevels(hard);
    expect(levels.map((plan) => plan.length)).toEqual([0, 1, 2, 3]);
    levels.slice(1).forEach((plan, k) => expect(plan.slice(0, k)).toEqual(levels[k]));
    expect(levels[3]).toEqual(hard.plan);
    expect(gates.text(guidedPrompt(gates, hard, 2))).toBe('bos L2 plan try a0 try a2 end go');
  });

  it('refuses levels outside 0..K', () => {
    expect(() => guidance(hard, 4)).toThrow('expected a level from 0 to 3 for gates-2-6, got 4');
    expect(() => guidance(hard, 0.5)).toThrow('got 0.5');
  });
});

describe('rollouts', () => {
  it('follows the plan greedily to the reward, with every token accounted for', async () => {
    const [rollout] = await rollouts(new GatePolicy(), gates, [{ task: hard, plan: hard.plan, stream: 1 }], {
      ...options,
      temperature: 0,
    });
    expect(gates.text(rollout.tokens)).toBe(
      'bos L2 plan try a0 try a2 try a3 end go try hm a0 ok try hm a2 ok try hm a3',
    );
    expect(rollout).toMatchObject({ k: 3, promptLength: 11, reward: 1, turns: 3, truncated: null });
    expect([...rollout.sampled].slice(11).join('')).toBe('11101110111');
    expect([...rollout.sampled].slice(0, 11).every((bit) => bit === 0)).toBe(true);
    expect(rollout.turnStarts).toEqual([11, 15, 19]);
    expect(rollout.states.map((state) => hard.automaton().labels[state])).toEqual([
      '0 open',
      '1 open',
      '2 open',
      '3 open',
    ]);
    expect(rollout.actions).toEqual([0, 2, 3]);
    expect(rollout.logProb[13]).toBeCloseTo(Math.log(0.97), 3);
    expect(rollout.entropy[12]).toBeCloseTo(Math.log(2), 3);
    expect(rollout.logProb[14]).toBe(0);
  });

  it('scores what it sampled as the model does under the same prompt', async () => {
    const policy = new GatePolicy();
    const requests = [0, 1, 2, 3].map((k): RolloutRequest => ({
      task: hard,
      plan: guidance(hard, k),
      stream: k,
    }));
    for (const rollout of await rollouts(policy, gates, requests, options)) {
      const { logProb } = await policy.score([rollout.tokens]);
      rollout.sampled.forEach((bit, t) => {
        if (bit) expect(rollout.logProb[t]).toBeCloseTo(logProb[t - 1], 6);
      });
    }
  });

  it('does not depend on how it is batched, and keeps the order of the requests', async () => {
    const requests = Array.from({ length: 23 }, (_, i): RolloutRequest => {
      const task = i % 2 ? easy : hard;
      return { task, plan: guidance(task, i % 3), stream: 100 + i };
    });
    const whole = await rollouts(new GatePolicy(), gates, requests, options);
    const split = await rollouts(new GatePolicy(), gates, requests, { ...options, capacity: 4 });
    expect(split).toEqual(whole);
    expect(whole.map((rollout) => rollout.task)).toEqual(requests.map((request) => request.task));
    const alone = await rollouts(new GatePolicy(), gates, [requests[17]], options);
    expect(alone[0]).toEqual(whole[17]);
    expect(new Set(whole.map((rollout) => rollout.tokens.join())).size).toBeGreaterThan(4);
  });

  it('replays a forced prefix without sampling it', async () => {
    const prefix = [
      [token.try, token.oh, token.a0],
      [token.try, token.hm, token.a2],
    ];
    const [rollout] = await rollouts(
      new GatePolicy(),
      gates,
      [{ task: hard, plan: [], stream: 2, prefix }],
      options,
    );
    expect(gates.text(rollout.tokens.slice(0, 11))).toBe('bos L2 go try oh a0 ok try hm a2 ok');
    expect([...rollout.sampled].join('')).toBe('00000000000111');
    expect(rollout.turns).toBe(3);
    expect(rollout.states).toHaveLength(4);
    const won = await rollouts(
      new GatePolicy(),
      gates,
      [{ task: hard, plan: [], stream: 2, prefix: [...prefix, [token.try, token.hm, token.a3], prefix[0]] }],
      options,
    );
    expect(won[0]).toMatchObject({ reward: 1, turns: 3, truncated: null });
    expect(won[0].sampled.includes(1)).toBe(false);
  });

  it('ends without reward at the turn limit and at the end of the context', async () => {
    const late = await rollouts(new GatePolicy(), gates, [{ task: hard, plan: [], stream: 1 }], {
      ...options,
      temperature: 0,
    });
    expect(late[0]).toMatchObject({ reward: 0, turns: 3, truncated: 'turns' });
    // 3 prompt tokens, step 3, reply 1, step 3 = 10: the third step would need 14.
    const tight = new GatePolicy(13);
    const cut = await rollouts(tight, gates, [{ task: hard, plan: [], stream: 1 }], options);
    expect(cut[0]).toMatchObject({ reward: 0, turns: 2, truncated: 'context' });
    expect(cut[0].tokens).toHaveLength(10);
    const none = await rollouts(
      new GatePolicy(12),
      gates,
      [{ task: hard, plan: hard.plan, stream: 1 }],
      options,
    );
    expect(none[0]).toMatchObject({ reward: 0, turns: 0, truncated: 'context' });
  });

  it('a malformed step ends the episode as the automaton says', async () => {
    const prefix = [[token.hm, token.hm, token.a0]];
    const [rollout] = await rollouts(
      new GatePolicy(),
      gates,
      [{ task: hard, plan: [], stream: 1, prefix }],
      options,
    );
    expect(rollout).toMatchObject({ reward: 0, turns: 1, truncated: null });
  });

  it('keeps one decoder per model and reports progress', async () => {
    const policy = new GatePolicy();
    const requests = Array.from({ length: 6 }, (_, stream): RolloutRequest => ({
      task: easy,
      plan: [],
      stream,
    }));
    const progress: number[] = [];
    await rollouts(policy, gates, requests, {
      ...options,
      capacity: 2,
      onProgress: (done, total) => {
        expect(total).toBe(6);
        progress.push(done);
      },
    });
    await rollouts(policy, gates, requests.slice(0, 2), { ...options, capacity: 2 });
    expect(policy.seen.decoders).toBe(1);
    await rollouts(policy, gates, requests, options);
    expect(policy.seen.decoders).toBe(2);
    releaseDecoders(policy);
    expect(progress.at(-1)).toBe(6);
    expect([...progress].sort((a, b) => a - b)).toEqual(progress);
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    const run = rollouts(new GatePolicy(), gates, [{ task: easy, plan: [], stream: 1 }], {
      ...options,
      signal: controller.signal,
    });
    controller.abort();
    await expect(run).rejects.toThrow('aborted');
  });

  it('names a task whose environment stays silent', async () => {
    const automaton = { ...easy.automaton(), observations: easy.automaton().observations.map(() => []) };
    const silent = { ...easy, automaton: () => automaton };
    const environment: Environment = { ...gates, words };
    const run = rollouts(new GatePolicy(), environment, [{ task: silent, plan: [], stream: 1 }], options);
    await expect(run).rejects.toThrow(
      'expected a reply of at least one token in an unfinished episode of gates-0-5',
    );
  });
});
