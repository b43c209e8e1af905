import { describe, expect, it } from 'vitest';
import { InputError } from '../core/errors.ts';
import { searchWorld } from '../envs/search/index.ts';
import { guidance, guidanceLevels, guidedPrompt, parsePlan } from './guidance.ts';

const world = searchWorld();
const [task] = world.tasks({ seed: 5, count: 1, level: 3 });
const inWords = (actions: ReturnType<typeof guidance>): string =>
  actions.map((action) => world.text([action.tool, action.argument])).join(', ');

describe('guidance levels', () => {
  it('Eq. 6: g_k is the first k actions, from nothing to the whole plan', () => {
    const levels = guidanceLevels(task);
    expect(levels).toHaveLength(task.plan.length + 1);
    levels.forEach((level, k) => expect(level).toEqual(task.plan.slice(0, k)));
    expect(() => guidance(task, task.plan.length + 1)).toThrow(/expected a level from 0 to/);
  });

  it('the prompt of g_k holds the question, then k actions of two tokens between their marks', () => {
    const bare = guidedPrompt(world, task, 0);
    expect(bare.slice(0, task.question.length)).toEqual(task.question);
    expect(guidedPrompt(world, task, 2)).toHaveLength(bare.length + 2 * 2 + 2);
  });
});

describe('plans that a person wrote', () => {
  it('reads back what the reference plan says in words', () => {
    expect(parsePlan(world, task, inWords(task.plan))).toEqual(task.plan);
    expect(parsePlan(world, task, '')).toEqual([]);
  });

  it('names an unknown action with the known ones, and a plan longer than the task', () => {
    expect(() => parsePlan(world, task, `${inWords(task.plan.slice(0, 1))}; fly home`)).toThrow(InputError);
    expect(() => parsePlan(world, task, 'fly home')).toThrow(
      /got "fly home"\. Known tools: visit, search, answer/,
    );
    expect(() => parsePlan(world, task, new Array(17).fill('visit Ada').join(','))).toThrow(
      /expected at most 16 actions, the turns of the task, got 17/,
    );
  });
});
