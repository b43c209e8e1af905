import type { Automaton, Task } from './types.ts';

/**
 * Ψ of Definition 2.1, exactly: Ψ(s) = sup_π P_π(Y = 1 | s). In a deterministic automaton it is 1 when some
 * sequence of actions still earns the reward within the turns left, else 0:
 *
 *     Ψ(0, s) = 0,   Ψ(n, s) = max_a [reward(s, a) > 0  or  Ψ(n-1, next(s, a))]
 *
 * Returns [maxTurns + 1, states], row n for n turns left. A state in which the episode is over has Ψ = 0
 * even if it was won: the reward lies on the transition (see {@link psiAfter}).
 */
export function psi(automaton: Automaton, maxTurns: number): Uint8Array {
  const { states, actions, next, reward } = automaton;
  const table = new Uint8Array((maxTurns + 1) * states);
  for (let n = 1; n <= maxTurns; n++)
    for (let s = 0; s < states; s++)
      for (let row = s * actions; row < (s + 1) * actions; row++)
        if (reward[row] > 0 || table[(n - 1) * states + next[row]]) {
          table[n * states + s] = 1;
          break;
        }
  return table;
}

const tables = new WeakMap<Automaton, { readonly maxTurns: number; readonly table: Uint8Array }>();

/** Ψ over (turns left, state) of a task, [maxTurns + 1, states]; computed once. */
export function psiOf(task: Pick<Task, 'automaton' | 'maxTurns'>): Uint8Array {
  const automaton = task.automaton();
  const known = tables.get(automaton);
  if (known?.maxTurns === task.maxTurns) return known.table;
  const table = psi(automaton, task.maxTurns);
  tables.set(automaton, { maxTurns: task.maxTurns, table });
  return table;
}

/** Success potential once `action` is taken in `state` with `turnsLeft` turns: 1 if it pays or keeps Ψ = 1. */
export function psiAfter(
  automaton: Automaton,
  table: Uint8Array,
  turnsLeft: number,
  state: number,
  action: number,
): number {
  if (turnsLeft < 1) return 0;
  const row = state * automaton.actions + action;
  return automaton.reward[row] > 0 ? 1 : table[(turnsLeft - 1) * automaton.states + automaton.next[row]];
}

/** The actions after which success is still possible. */
export function savingActions(
  automaton: Automaton,
  table: Uint8Array,
  turnsLeft: number,
  state: number,
): number[] {
  const saving: number[] = [];
  for (let action = 0; action < automaton.actions; action++)
    if (psiAfter(automaton, table, turnsLeft, state, action)) saving.push(action);
  return saving;
}

/** [states] Fewest turns to the reward from each state; Infinity where it cannot be had. */
export function turnsToReward(automaton: Automaton): Float64Array {
  const { states } = automaton;
  const turns = new Float64Array(states).fill(Infinity);
  // A shortest way visits no state twice, so `states` turns are enough.
  const table = psi(automaton, states);
  for (let n = states; n >= 1; n--) for (let s = 0; s < states; s++) if (table[n * states + s]) turns[s] = n;
  return turns;
}

/**
 * Exact probability of earning the reward from each state by actions drawn uniformly among the well-formed ones,
 * which are all but the automaton's last:
 *
 *     V(0, s) = 0,   V(n, s) = mean_a [1 if reward(s, a) > 0, else V(n-1, next(s, a))]
 *
 * Returns [maxTurns + 1, states], row n for n turns left.
 */
export function uniformValue(automaton: Automaton, maxTurns: number): Float64Array {
  const { states, actions, next, reward } = automaton;
  const table = new Float64Array((maxTurns + 1) * states);
  for (let n = 1; n <= maxTurns; n++)
    for (let s = 0; s < states; s++) {
      let sum = 0;
      for (let row = s * actions; row < (s + 1) * actions - 1; row++)
        sum += reward[row] > 0 ? 1 : table[(n - 1) * states + next[row]];
      table[n * states + s] = sum / (actions - 1);
    }
  return table;
}
