import { LabError } from '../core/errors.ts';
import { Episode } from '../envs/episode.ts';
import { psiOf } from '../envs/reachability.ts';
import type { Automaton, Environment } from '../envs/types.ts';
import type { Rollout, RolloutRequest } from './rollout.ts';

/** A rollout while it grows. */
export class Growing {
  readonly tokens: number[];
  readonly promptLength: number;
  private readonly behaviour: { position: number; logProb: number; entropy: number }[] = [];
  private readonly turnStarts: number[] = [];
  private readonly states: number[];
  private readonly actions: number[] = [];
  private readonly episode: Episode;
  /** Tokens that the decoder holds. */
  private held = 0;
  private outgrown = false;

  constructor(
    readonly request: RolloutRequest,
    private readonly environment: Environment,
    private readonly context: number,
  ) {
    const { task, plan, prefix = [] } = request;
    this.tokens = environment.prompt(task, plan);
    this.promptLength = this.tokens.length;
    this.episode = new Episode(task.automaton(), task.maxTurns);
    this.states = [this.episode.state];
    this.outgrown = this.tokens.length + environment.stepTokens > context;
    for (const step of prefix) {
      if (this.over) break;
      this.tokens.push(...step);
      this.act();
    }
  }

  get over(): boolean {
    return this.outgrown || this.episode.done;
  }

  /** Y so far; 0 once it has outgrown the context. */
  get reward(): number {
    return this.outgrown ? 0 : this.episode.reward;
  }

  /** Whether the reward stays what it is for certain: it is over, or Ψ = 0 in the turns left (Definition 2.1). */
  get hopeless(): boolean {
    if (this.over) return true;
    const { automaton, state, turnsLeft } = this.episode;
    return psiOf(this.request.task)[turnsLeft * automaton.states + state] === 0;
  }

  /** Where the episode stands. */
  get automaton(): Automaton {
    return this.episode.automaton;
  }

  get state(): number {
    return this.episode.state;
  }

  get turn(): number {
    return this.episode.turn;
  }

  /** Tokens that the decoder has not seen; it appends what it samples itself. */
  feed(): number[] {
    const tokens = this.tokens.slice(this.held);
    if (tokens.length === 0)
      throw new LabError(
        `rollouts: expected a reply of at least one token in an unfinished episode of ${this.request.task.id}, ` +
          'got none. Let the environment reply or end the episode.',
      );
    return tokens;
  }

  /** Appends one sampled step and takes it in the environment. */
  take(tokens: Uint32Array, logProb: Float32Array, entropy: Float32Array): void {
    for (let j = 0; j < tokens.length; j++) {
      this.behaviour.push({ position: this.tokens.length, logProb: logProb[j], entropy: entropy[j] });
      this.tokens.push(tokens[j]);
    }
    this.held = this.tokens.length;
    this.act();
  }

  /** Takes the step that the last tokens spell, and appends the reply if another step still fits behind it. */
  private act(): void {
    const { stepTokens } = this.environment;
    const start = this.tokens.length - stepTokens;
    const action = this.environment.actionIndex(this.tokens.slice(start));
    const reply = this.episode.step(action);
    this.turnStarts.push(start);
    this.actions.push(action);
    this.states.push(this.episode.state);
    if (this.episode.done) return;
    this.outgrown = this.tokens.length + reply.length + stepTokens > this.context;
    if (!this.outgrown) this.tokens.push(...reply);
  }

  finish(): Rollout {
    const { task, plan } = this.request;
    const { episode, tokens } = this;
    const sampled = new Uint8Array(tokens.length);
    const logProb = new Float32Array(tokens.length);
    const entropy = new Float32Array(tokens.length);
    for (const token of this.behaviour) {
      sampled[token.position] = 1;
      logProb[token.position] = token.logProb;
      entropy[token.position] = token.entropy;
    }
    const ended = episode.automaton.done[episode.state] === 1;
    return {
      task,
      plan,
      k: plan.length,
      promptLength: this.promptLength,
      tokens,
      sampled,
      logProb,
      entropy,
      turnStarts: this.turnStarts,
      states: this.states,
      actions: this.actions,
      reward: this.reward,
      turns: episode.turn,
      truncated: this.outgrown ? 'context' : ended ? null : 'turns',
    };
  }
}
