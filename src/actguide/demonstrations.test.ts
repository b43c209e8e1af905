import { describe, expect, it } from 'vitest';
import { searchWorld } from '../envs/search/index.ts';
import { evaluationSeed, trainingSeed } from '../envs/seeds.ts';
import type { Task } from '../envs/types.ts';
import { actionLine, type ActionLine } from './actionData.ts';
import { Sampler, trainingTasks } from './collect.ts';
import type { RunConfig } from './config.ts';
import { includedTasks, runWorld, withDemonstrations } from './demonstrations.ts';
import { guidance } from './guidance.ts';
import { parseRunConfig } from './runConfig.ts';
import { GatePolicy } from './testing/gatePolicy.ts';

const world = searchWorld();
/** A demonstration that differs from the reference plan: it looks at the first page twice. */
function roundabout(task: Task): ActionLine {
  return actionLine(world, task, [task.plan[0], ...task.plan], 'own');
}
const drawn = world.tasks({ seed: trainingSeed(7, 2), count: 10 });
const elsewhere = world.tasks({ seed: 99, level: 3, count: 3 });
const run = (changed: object): RunConfig => parseRunConfig({ seed: 7, tasksPerStep: 10, ...changed });
const tasksOf = (config: RunConfig, step: number): Task[] =>
  trainingTasks(new Sampler(new GatePolicy(), runWorld(world, config, 384), config, step));

describe('withDemonstrations', () => {
  const lines = [roundabout(drawn[0]), roundabout(elsewhere[1])];
  const demonstrated = withDemonstrations(world, lines, 384);

  it('puts a demonstration in place of the reference plan, wherever its task is drawn', () => {
    const again = demonstrated.tasks({ seed: trainingSeed(7, 2), count: 10 });
    expect(again[0].plan).toEqual([drawn[0].plan[0], ...drawn[0].plan]);
    expect(guidance(again[0], 2)).toEqual([drawn[0].plan[0], drawn[0].plan[0]]);
    expect(again[0].expertThoughts).toHaveLength(again[0].plan.length);
    expect(again.slice(1).map(({ plan }) => plan)).toEqual(drawn.slice(1).map(({ plan }) => plan));
    const [one] = demonstrated.tasks({ seed: 99, level: 3, count: 1, first: 1 });
    expect(one.plan).toHaveLength(elsewhere[1].plan.length + 1);
  });

  it('is the world itself without any, and refuses one that fails', () => {
    expect(withDemonstrations(world, [], 384)).toBe(world);
    const failing = { ...lines[0], actions: lines[0].actions.slice(0, 1) };
    expect(() => withDemonstrations(world, [failing], 384)).toThrow(
      `demonstrations: ${failing.task}: actions: expected them to earn the reward`,
    );
  });
});

describe('the tasks of a step', () => {
  it('are drawn as ever, with the plans demonstrated', () => {
    const tasks = tasksOf(run({ demonstrations: [roundabout(drawn[3])] }), 2);
    expect(tasks.map(({ id }) => id)).toEqual(drawn.map(({ id }) => id));
    expect(tasks.map(({ plan }) => plan.length)).toEqual(
      drawn.map(({ plan }, i) => plan.length + (i === 3 ? 1 : 0)),
    );
  });

  it('include demonstrated ones in turn where the run says so, each once', () => {
    const lines = [...elsewhere, drawn[3]].map(roundabout);
    const config = run({ demonstrations: lines, demonstratedTasks: 3 });
    const ids = (step: number) => tasksOf(config, step).map(({ id }) => id);
    const [a, b, c] = elsewhere.map(({ id }) => id);
    const d = drawn[3].id;
    expect([0, 1, 2, 3].map((step) => ids(step).slice(-3))).toEqual([
      [a, b, c],
      [d, a, b],
      [c, d, a],
      [b, c, d],
    ]);
    for (const step of [0, 1, 2]) expect(new Set(ids(step)).size).toBe(10);
    expect(tasksOf(config, 0).at(-1)?.plan).toHaveLength(elsewhere[2].plan.length + 1);
    const few = run({ demonstrations: lines, demonstratedTasks: 200, tasksPerStep: 2 });
    expect(includedTasks(world, few, 0)).toHaveLength(2);
  });

  it('may not include what the run is evaluated on', () => {
    const held = world.tasks({ seed: evaluationSeed(7, 1), level: 1, count: 1 });
    const settings = { demonstrations: held.map(roundabout) };
    expect(() => runWorld(world, run({ ...settings, demonstratedTasks: 1 }), 384)).toThrow(
      `got ${held[0].id}, which seed 7 holds out`,
    );
    expect(runWorld(world, run(settings), 384)).not.toBe(world);
  });

  it('of sft keep their expert, who thinks aloud', () => {
    expect(runWorld(world, run({ method: 'sft', demonstrations: elsewhere.map(roundabout) }), 384)).toBe(
      world,
    );
  });
});

describe('a run with demonstrations', () => {
  const settings = { demonstrations: elsewhere.map(roundabout), demonstratedTasks: 2 };

  it('says so in its settings, which parse to themselves; without any they are not there', () => {
    const config = run(settings);
    expect(config).toMatchObject(settings);
    expect(parseRunConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
    expect(Object.keys(run({}))).not.toContain('demonstrations');
  });

  it.each([
    [{ demonstrations: 'mine' }, 'demonstrations: expected a list of action data, got mine.'],
    [{ demonstrations: [{ task: 'search-1-0-0', actions: [] }] }, 'demonstrations.0.actions: '],
    [
      { demonstrations: [settings.demonstrations[0], settings.demonstrations[0]] },
      'demonstrations: expected each task once, got one again.',
    ],
    [{ demonstratedTasks: -1 }, 'demonstratedTasks: expected an integer from 0 to 256, got -1.'],
  ])('refuses %j', (input, message) => expect(() => parseRunConfig(input)).toThrow(message));
});
