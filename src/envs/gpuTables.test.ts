import { describe, expect, it } from 'vitest';
import { Random } from '../core/random.ts';
import { Episode } from './episode.ts';
import { actionWords, automatonWords, longestReply } from './gpuTables.ts';
import { gridWorld } from './grid/index.ts';
import { searchWorld } from './search/index.ts';
import type { Automaton } from './types.ts';

const worlds = [searchWorld({ manners: 2 }), gridWorld()];

describe('automatonWords', () => {
  it('by hand: two states, two actions, two replies', () => {
    const automaton: Automaton = {
      states: 2,
      actions: 2,
      start: 0,
      next: Int32Array.of(0, 1, 1, 1),
      observation: Int32Array.of(1, 0, 0, 0),
      observations: [[], [7, 9]],
      reward: Float32Array.of(0, 1, 0, 0),
      done: Uint8Array.of(0, 1),
      labels: ['open', 'over'],
    };
    const over = 2 ** 31 + 1;
    expect([...automatonWords(automaton)]).toEqual([0, 9, over, 8, over, 8, over, 8, 0, 2, 7, 9]);
    expect(automatonWords(automaton)).toBe(automatonWords(automaton));
    expect(longestReply(automaton)).toBe(2);
  });

  it.each(worlds)('$name: random walks go and are answered as an Episode has it', (world) => {
    const random = new Random(4);
    for (const task of world.tasks({ seed: 2, count: 8 })) {
      const automaton = task.automaton();
      const words = automatonWords(automaton);
      const episode = new Episode(automaton, 1000);
      for (let turn = 0; turn < 200 && !episode.done; turn++) {
        // The last action, a malformed step, would end most walks at once.
        const action = random.int(turn < 100 ? automaton.actions - 1 : automaton.actions);
        const entry = 2 * (episode.state * automaton.actions + action);
        const reply = episode.step(action);
        expect(words[entry]).toBe(episode.state + (episode.done ? 2 ** 31 : 0));
        const at = words[entry + 1];
        expect([...words.slice(at + 1, at + 1 + words[at])]).toEqual([...reply]);
        expect(reply.length).toBeLessThanOrEqual(longestReply(automaton));
      }
    }
  });
});

describe('actionWords', () => {
  it.each(worlds)('$name: any step stands for the action of its first and last token', (world) => {
    const V = world.words.length;
    const words = actionWords(world, V);
    const random = new Random(6);
    const known = new Set<number>();
    for (let i = 0; i < 40_000; i++) {
      const step = Array.from({ length: world.stepTokens }, () => random.int(V));
      const action = world.actionIndex(step);
      known.add(action);
      expect(words[step[0] * V + step[step.length - 1]]).toBe(action);
    }
    expect(known.size).toBeGreaterThan(world.actions.length / 2);
    world.actions.forEach(({ tool, argument }, action) => expect(words[tool * V + argument]).toBe(action));
  });
});
