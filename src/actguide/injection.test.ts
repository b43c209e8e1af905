import { describe, expect, it } from 'vitest';
import { searchWorld } from '../envs/search/index.ts';
import { hints, inject, injectedWorld, injections } from './injection.ts';

describe('injection', () => {
  const world = searchWorld({ manners: 1 });
  const [task] = world.tasks({ seed: 5, count: 1, level: 2 });
  const actions = hints(world, task);
  const prompt = (injection: (typeof injections)[number]) =>
    world.text(injectedWorld(world, injection).prompt(task, inject(world, actions, injection).plan));

  it('hints are the plan up to the answer', () => {
    expect(actions).toEqual(task.plan.slice(0, -1));
    expect(world.text([task.plan[task.plan.length - 1].tool])).toBe('answer');
    // A plan that ends nothing is a hint as a whole.
    expect(hints(world, { ...task, plan: actions })).toEqual(actions);
  });

  it('stand before go, behind it, or nowhere in the prompt', () => {
    const question = world.text(task.question);
    const plan = `plan ${actions.map(({ tool, argument }) => world.text([tool, argument])).join(' ')} endplan`;
    expect(injections.map(prompt)).toEqual([
      `${question} go`,
      `${question} go ${plan}`,
      `${question} go`,
      `${question} ${plan} go`,
    ]);
  });

  it('messages replay the actions, with silence in place of every thought', () => {
    const { prefix = [] } = inject(world, actions, 'messages');
    expect(prefix.map((step) => world.text(step))).toEqual(
      actions.map(
        ({ tool, argument }) => `${world.text([tool])} <no-thought> <no-thought> ${world.text([argument])}`,
      ),
    );
    expect(prefix.every((step) => step.length === world.stepTokens)).toBe(true);
  });
});
