import { LabError } from '../core/errors.ts';
import type { Environment } from '../envs/types.ts';
import type { Decoder, LanguageModel } from '../policy/types.ts';
import { defaultCapacity, withDecoder } from './decoders.ts';
import { playWhole } from './fusedRollouts.ts';
import { Growing } from './growing.ts';
import type { Rollout, RolloutOptions, RolloutRequest } from './rollout.ts';

/** Rollouts that were asked for together. They fill up as the pool samples. */
export class Draw {
  /** Milliseconds of sampling so far: of each turn, or batch of whole episodes, the share of this draw's rollouts. */
  ms = 0;
  private finished: Rollout[] | undefined;

  /**
   * `standing`: a draw is asked for, or sampled ahead because it may be asked for, as long as there is room, or has
   * turned out not to be.
   */
  constructor(
    readonly growing: readonly Growing[],
    public standing: 'asked' | 'ahead' | 'withdrawn' = 'asked',
  ) {}

  get size(): number {
    return this.growing.length;
  }

  /** Rollouts that have ended. */
  get done(): number {
    return this.growing.filter((growing) => growing.over).length;
  }

  /** Whether all rollouts have ended. */
  get over(): boolean {
    return this.growing.every((growing) => growing.over);
  }

  /** @throws LabError before all have ended. */
  get rollouts(): Rollout[] {
    if (!this.over) throw new LabError('Draw.rollouts: expected finished rollouts. Wait until it is over.');
    return (this.finished ??= this.growing.map((growing) => growing.finish()));
  }

  /**
   * Whether max_i Y(τ_i) ≥ δ, as soon as nothing can change it any more; null before. A rollout has failed for
   * certain once Ψ of its state is 0 in the turns that are left, which is often turns before it ends.
   */
  recovered(threshold: number): boolean | null {
    if (this.growing.some((growing) => growing.over && growing.reward >= threshold)) return true;
    return this.growing.every((growing) => growing.reward < threshold && growing.hopeless) ? false : null;
  }
}

/** Something that draws rollouts and decides by them: it yields what it waits for. */
export type Asker<T> = Generator<() => boolean, T, void>;

/** Waits until a draw is over. */
export function* finished(draw: Draw): Asker<Rollout[]> {
  yield () => draw.over;
  return draw.rollouts;
}

/** Waits until it is certain whether max_i Y(τ_i) ≥ δ; rollouts may still be on their way. */
export function* recovery(draw: Draw, threshold: number): Asker<boolean> {
  yield () => draw.recovered(threshold) !== null;
  return draw.recovered(threshold) === true;
}

/**
 * Samples whatever has been drawn, all unfinished episodes of all draws in one batch: each `Decoder.extend` feeds the
 * replies of the last turn and samples the next step; or whole episodes, see {@link RolloutOptions.fused}. What is drawn
 * meanwhile joins with the next turn or batch, and a rollout depends on its (seed, stream) alone, so neither the order nor
 * the company of draws changes any.
 */
export class RolloutPool {
  private readonly draws: Draw[] = [];
  private waiting: { readonly growing: Growing; readonly draw: Draw }[] = [];

  constructor(
    private readonly model: LanguageModel,
    private readonly environment: Environment,
    private readonly options: RolloutOptions,
  ) {}

  draw(requests: readonly RolloutRequest[], standing: 'asked' | 'ahead' = 'asked'): Draw {
    const { context } = this.model.config;
    const growing = requests.map((request) => new Growing(request, this.environment, context));
    const draw = new Draw(growing, standing);
    const open = growing.filter(({ over }) => !over);
    this.waiting.push(...open.map((one) => ({ growing: one, draw })));
    this.draws.push(draw);
    return draw;
  }

  /**
   * Runs the askers side by side, each until it returns, and every draw to its end; results in the order of the askers.
   * @throws LabError when the environment stays silent in an unfinished episode; the signal's reason when aborted.
   */
  async run<T>(askers: readonly Asker<T>[]): Promise<T[]> {
    const results = new Array<T>(askers.length);
    let pending = [...askers.entries()].map(([at, asker]) => ({ at, asker, ready: (): boolean => true }));
    const advance = (): void => {
      pending = pending.filter((one) => {
        while (one.ready()) {
          const { done, value } = one.asker.next();
          if (done) {
            results[one.at] = value;
            return false;
          }
          one.ready = value;
        }
        return true;
      });
    };
    advance();
    if (this.waiting.length > 0) {
      const { fused = this.model.episodes?.preferred } = this.options;
      const { capacity = fused ? Infinity : defaultCapacity(this.model.config) } = this.options;
      if (fused) await this.play(capacity, advance);
      else await withDecoder(this.model, capacity, (decoder) => this.sample(decoder, capacity, advance));
    }
    if (pending.length > 0)
      throw new LabError('RolloutPool.run: expected askers to wait for draws of this pool only.');
    return results;
  }

  /** Plays whatever is asked for, whole episodes in one batch; nothing ahead, for a batch lasts until its last episode ends. */
  private async play(capacity: number, advance: () => void): Promise<void> {
    this.progress();
    for (;;) {
      const batch = this.admit(capacity, ['asked']);
      if (batch.length === 0) return;
      this.options.signal?.throwIfAborted();
      const began = performance.now();
      const open = batch.map(({ growing }) => growing);
      await playWhole(this.model, this.environment, open, this.options);
      this.options.signal?.throwIfAborted();
      const share = (performance.now() - began) / batch.length;
      for (const { draw } of batch) draw.ms += share;
      advance();
      this.progress();
    }
  }

  /** How many of the rollouts that are asked for have ended. */
  private progress(): void {
    const { onProgress } = this.options;
    if (!onProgress) return;
    const asked = this.draws.filter(({ standing }) => standing === 'asked');
    const sum = (count: (draw: Draw) => number): number => asked.reduce((all, one) => all + count(one), 0);
    onProgress(
      sum(({ done }) => done),
      sum(({ size }) => size),
    );
  }

  private async sample(decoder: Decoder, capacity: number, advance: () => void): Promise<void> {
    const { seed, temperature, signal } = this.options;
    const { stepTokens: count } = this.environment;
    const free = Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
    const release = (sequence: number): void => {
      decoder.forget(sequence);
      free.push(sequence);
    };
    let open: { growing: Growing; draw: Draw; sequence: number }[] = [];
    this.progress();
    for (;;) {
      const admitted = this.admit(free.length, ['asked', 'ahead']);
      open.push(...admitted.map((it) => ({ ...it, sequence: free.pop() as number })));
      if (open.length === 0) return;
      signal?.throwIfAborted();
      const began = performance.now();
      const { tokens, logProb, entropy } = await decoder.extend(
        open.map(({ growing, sequence }) => ({ sequence, tokens: growing.feed() })),
        { count, seed, temperature, streams: open.map(({ growing }) => growing.request.stream) },
      );
      const share = (performance.now() - began) / open.length;
      open.forEach(({ growing, draw }, i) => {
        const range = [i * count, (i + 1) * count] as const;
        growing.take(tokens.subarray(...range), logProb.subarray(...range), entropy.subarray(...range));
        draw.ms += share;
      });
      open = open.filter(({ growing, sequence }) => {
        if (growing.over) release(sequence);
        return !growing.over;
      });
      advance();
      open = open.filter(({ draw, sequence }) => {
        if (draw.standing === 'withdrawn') release(sequence);
        return draw.standing !== 'withdrawn';
      });
      this.progress();
    }
  }

  /** Takes up to `count` of the waiting rollouts of these standings, the first standing first; withdrawn ones are dropped. */
  private admit(
    count: number,
    standings: readonly Draw['standing'][],
  ): { readonly growing: Growing; readonly draw: Draw }[] {
    const of = (wanted: Draw['standing']) => this.waiting.filter(({ draw }) => draw.standing === wanted);
    const admitted = standings.flatMap(of).slice(0, count);
    const taken = new Set(admitted);
    this.waiting = this.waiting.filter((one) => one.draw.standing !== 'withdrawn' && !taken.has(one));
    return admitted;
  }
}
