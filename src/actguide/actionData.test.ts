import { describe, expect, it } from 'vitest';
import { gridWorld } from '../envs/grid/world.ts';
import { searchWorld } from '../envs/search/index.ts';
import type { TaskRequest } from '../envs/types.ts';
import {
  actionLine,
  carryOut,
  demonstratedPlan,
  formatActionData,
  parseActionData,
  rolloutLine,
  taskById,
} from './actionData.ts';
import { rollouts } from './rollout.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates, gatesTask, token } from './testing/gates.ts';

const world = searchWorld();
const CONTEXT = 384;
const [hard] = world.tasks({ seed: 5, level: 4, count: 1, first: 3 });
const line = actionLine(world, hard, hard.plan, 'reference');

describe.each([world, gridWorld(), searchWorld({ taskSet: 'barred' })])('taskById, $name world', (env) => {
  it('finds every task of a set by its id, whatever else was drawn', () => {
    for (const task of env.tasks({ seed: 4_000_000_001, count: 12 })) {
      const found = taskById(env, task.id);
      expect([found.id, found.key, found.question, found.plan]).toEqual([
        task.id,
        task.key,
        task.question,
        task.plan,
      ]);
    }
  });

  it.each(['', 'search', 'maze-1-0-0', 'search-1-9-0', 'search-99999999999-0-0', 'search-5000000000-0-0'])(
    'has no task %j',
    (id) => expect(() => taskById(env, id)).toThrow(/^task: expected one of the .*, got "/),
  );
});

describe('a line', () => {
  it('is the task, its question and the actions in words, with the reward that they earn', () => {
    expect(line.task).toBe('search-5-4-3');
    expect(line.question).toBe(world.text(hard.question));
    expect(line.actions.map(({ tool, argument }) => `${tool} ${argument}`)).toEqual(
      hard.plan.map((action) => world.text([action.tool, action.argument])),
    );
    expect(line).toMatchObject({ source: 'reference', reward: 1 });
    expect(actionLine(world, hard, hard.plan.slice(0, -1), 'own').reward).toBe(0);
  });

  it('of a rollout holds its actions without thoughts', async () => {
    const task = gatesTask(1, 1);
    const request = { task, plan: task.plan, stream: 1 };
    const [rollout] = await rollouts(new GatePolicy(), gates, [request], { seed: 1, temperature: 0 });
    expect(rolloutLine(gates, rollout)).toMatchObject({
      source: 'rollout',
      reward: rollout.reward,
      actions: rollout.turnStarts.map((at) => ({
        tool: 'try',
        argument: gates.words[rollout.tokens[at + 2]],
      })),
    });
    expect(token.try).toBe(rollout.tokens[rollout.turnStarts[0]]);
  });
});

describe('parseActionData', () => {
  const tasks = world.tasks({ seed: 9, count: 20 });
  const lines = tasks.map((task) => actionLine(world, task, task.plan, 'reference'));

  it('reads what formatActionData wrote', () => {
    expect(parseActionData(world, formatActionData(lines), CONTEXT)).toEqual({ kept: lines, bad: [] });
    expect(parseActionData(world, `\uFEFF${formatActionData(lines)}`, CONTEXT).bad).toEqual([]);
  });

  it('carries every line out, names the bad ones and keeps the good', () => {
    const json = (changed: object) => JSON.stringify({ ...line, ...changed });
    const answer = line.actions.at(-1)!;
    const [first] = line.actions;
    const text = [
      formatActionData([line]).trim(),
      '',
      '{"task":',
      json({ actions: [] }),
      json({ task: 'search-5-4' }),
      json({ question: 'Who?' }),
      json({ actions: [{ tool: 'fly', argument: 'home' }] }),
      json({ actions: line.actions.slice(0, -1) }),
      json({ actions: [...line.actions, answer] }),
      json({ actions: [...Array<typeof first>(20).fill(first), ...line.actions] }),
      json({ reward: 2 }),
      json({}),
      '{}',
      formatActionData([lines[0]]),
    ].join('\r\n');
    const { kept, bad } = parseActionData(world, text, CONTEXT);
    expect(kept).toEqual([line, lines[0]]);
    expect(bad.map(({ line: number }) => number)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    const reasons = [
      'line: expected JSON, got "{"task":"',
      'actions: expected >=1, got 0',
      'task: expected one of the search world, such as search-7-0-0, got "search-5-4"',
      `question: expected "${line.question}", as search-5-4-3 asks here, got "Who?"`,
      'expected an action like "visit Ada", got "fly home"',
      'actions: expected them to earn the reward, got none',
      `actions: expected all ${line.actions.length + 1} to be carried out, got ${line.actions.length}: there the episode ends`,
      `actions: expected all ${line.actions.length + 20} to be carried out, got 16: there its turns run out`,
      'reward: expected',
      'task: expected each task once, got search-5-4-3 again',
      'task: expected a value, got none',
    ];
    bad.forEach(({ reason }, i) => expect(reason).toContain(reasons[i]));
  });

  it('makes the task of a line once', () => {
    let made = 0;
    const counting = { ...world, tasks: (request: TaskRequest) => (made++, world.tasks(request)) };
    parseActionData(counting, formatActionData(lines), CONTEXT);
    expect(made).toBe(lines.length);
  });

  it('refuses what is too long to be action data', () => {
    expect(() => parseActionData(world, '\n'.repeat(10_002), CONTEXT)).toThrow(
      'expected at most 10000 lines',
    );
  });

  it('keeps out an episode that the policy cannot read to its end', () => {
    const { replies } = carryOut(world, hard, hard.plan);
    const tokens =
      world.prompt(hard, hard.plan).length + replies.reduce((sum, reply) => sum + 3 + reply.length, 0);
    const { task, plan, reward } = demonstratedPlan(world, line, tokens);
    expect([task.id, plan, reward]).toEqual([hard.id, hard.plan, 1]);
    expect(() => demonstratedPlan(world, line, tokens - 1)).toThrow(
      `expected an episode of at most ${tokens - 1} tokens, the policy's context, got ${tokens}`,
    );
  });
});
