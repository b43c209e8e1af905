import { Episode } from '../../envs/episode.ts';
import type { Action, Environment, Task } from '../../envs/types.ts';
import { psiOf } from '../../envs/reachability.ts';

/** A whole trajectory and its probability. */
export interface Path {
  readonly probability: number;
  readonly reward: number;
  /** log r_j (Eq. 14) of every generated token. */
  readonly logRatios: readonly number[];
  /** Ψ(s_t) before the first turn and after each; Y once the episode is over. */
  readonly psi: readonly number[];
}

/** log π(· | prefix) of a policy. */
type Distribution = (prefix: readonly number[]) => ArrayLike<number>;

/**
 * Every trajectory that a policy can sample for the task under the plan: expectations are sums over them. Tokens less
 * likely than `rarest` are left out.
 */
export function enumeratePaths(
  distribution: Distribution,
  environment: Environment,
  task: Task,
  plan: readonly Action[],
  rarest = 1e-5,
): Path[] {
  const guided = environment.prompt(task, plan);
  const free = environment.prompt(task, []);
  const automaton = task.automaton();
  const table = psiOf(task);
  const paths: Path[] = [];

  const turn = (said: readonly number[], before: Omit<Path, 'reward'>, actions: readonly number[]): void => {
    const episode = new Episode(automaton, task.maxTurns);
    let reply: readonly number[] = [];
    actions.forEach((action) => (reply = episode.step(action)));
    const potential = episode.done
      ? episode.reward
      : table[episode.turnsLeft * automaton.states + episode.state];
    const psi = [...before.psi, potential];
    if (episode.done) {
      paths.push({ ...before, psi, reward: episode.reward });
      return;
    }
    token([...said, ...reply], { ...before, psi }, [], actions);
  };
  const token = (
    said: readonly number[],
    before: Omit<Path, 'reward'>,
    step: readonly number[],
    actions: readonly number[],
  ): void => {
    if (step.length === environment.stepTokens) {
      turn(said, before, [...actions, environment.actionIndex(step)]);
      return;
    }
    const [under, without] = [guided, free].map((prompt) => distribution([...prompt, ...said]));
    for (let v = 0; v < under.length; v++) {
      const p = Math.exp(under[v]);
      if (p < rarest) continue;
      const probability = before.probability * p;
      const logRatios = [...before.logRatios, without[v] - under[v]];
      token([...said, v], { ...before, probability, logRatios }, [...step, v], actions);
    }
  };
  turn([], { probability: 1, logRatios: [], psi: [] }, []);
  return paths;
}

/** E[f] over the paths. */
export function expectation(paths: readonly Path[], f: (path: Path) => number): number {
  return paths.reduce((sum, path) => sum + path.probability * f(path), 0);
}
