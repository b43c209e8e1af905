import { uniform } from '../../core/random.ts';
import type {
  Checkpoint,
  Decoder,
  PolicyConfig,
  TrainablePolicy,
  UpdateSettings,
} from '../../policy/types.ts';
import { token, words } from './gates.ts';

const V = words.length;
const LEVELS = 3;
const GATES = 4;
/** One row of V logits per (level, gate, position within the step). */
const ROWS = LEVELS * GATES * 3;

type Scores = { logProb: Float32Array; entropy: Float32Array };
type Sequences = readonly (readonly number[])[];

/**
 * A tabular policy for {@link gates}: it follows a plan with probability 0.97, and otherwise acts by its
 * prior (a0 with probability 0.94) plus trainable logits, which the plan's presence does not change.
 */
export class GatePolicy implements TrainablePolicy {
  readonly config: PolicyConfig = {
    name: 'gates',
    vocabulary: V,
    width: 1,
    layers: 1,
    heads: 1,
    feedForward: 1,
    context: 48,
  };
  /** Calls and sizes, for the tests to look at. */
  readonly seen = {
    forwards: [] as Sequences[],
    gradients: [] as Float32Array[],
    updates: [] as UpdateSettings[],
    decoders: 0,
  };
  private theta = new Float32Array(ROWS * V);
  private reference = new Float32Array(ROWS * V);
  private first = new Float32Array(ROWS * V);
  private second = new Float32Array(ROWS * V);
  private updates = 0;
  private last: Sequences = [];

  constructor(context = 48) {
    this.config = { ...this.config, context };
  }

  /** Where a prefix stands: its row of trainable logits and its fixed logits. */
  private place(prefix: readonly number[]): { row: number; base: Float64Array } {
    const base = new Float64Array(V).fill(Math.log(1e-6));
    const go = prefix.indexOf(token.go);
    if (go < 0) return { row: 0, base };
    const turns = prefix.slice(go + 1);
    const position = Math.min(turns.length % 4, 2);
    const gate = turns.filter((id) => id === token.ok).length;
    const level = prefix[1] - token.L0;
    if (position === 0) base[token.try] = 0;
    else if (position === 1) base[token.hm] = base[token.oh] = Math.log(0.5);
    else {
      const plan = prefix.slice(0, go).filter((id) => id >= token.a0 && id <= token.a3);
      const favourite = plan[gate] ?? token.a0;
      const share = gate < plan.length ? 0.97 : 0.94;
      for (let a = token.a0; a <= token.a3; a++)
        base[a] = Math.log(a === favourite ? share : (1 - share) / 3);
    }
    return { row: (level * GATES + gate) * 3 + position, base };
  }

  /** log π(· | prefix): [V]. */
  distribution(prefix: readonly number[], theta: Float32Array = this.theta): Float64Array {
    const { row, base } = this.place(prefix);
    const logits = base.map((value, v) => value + theta[row * V + v]);
    const norm = Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0));
    return logits.map((value) => value - norm);
  }

  logits(sequences: Sequences): Promise<Float32Array> {
    return this.logitsUnder(sequences, this.theta);
  }

  referenceLogits(sequences: Sequences): Promise<Float32Array> {
    return this.logitsUnder(sequences, this.reference);
  }

  private async logitsUnder(sequences: Sequences, theta: Float32Array): Promise<Float32Array> {
    return Float32Array.from(
      sequences.flatMap((tokens) =>
        tokens.flatMap((_, t) => Array.from(this.distribution(tokens.slice(0, t + 1), theta))),
      ),
    );
  }

  async score(sequences: Sequences): Promise<Scores> {
    return this.scores(sequences, this.theta);
  }

  private scores(sequences: Sequences, theta: Float32Array): Scores {
    const rows = sequences.flatMap((tokens) =>
      tokens.map((_, t) => {
        if (t + 1 === tokens.length) return { logProb: 0, entropy: 0 };
        const p = this.distribution(tokens.slice(0, t + 1), theta);
        return { logProb: p[tokens[t + 1]], entropy: -p.reduce((sum, lp) => sum + lp * Math.exp(lp), 0) };
      }),
    );
    return {
      logProb: Float32Array.from(rows, (row) => row.logProb),
      entropy: Float32Array.from(rows, (row) => row.entropy),
    };
  }

  decoder(capacity: number): Decoder {
    this.seen.decoders++;
    let held: number[][] = [];
    return {
      capacity,
      extend: async (feeds, { count, seed, streams, temperature }) => {
        const size = feeds.length * count;
        const out = {
          tokens: new Uint32Array(size),
          logProb: new Float32Array(size),
          entropy: new Float32Array(size),
        };
        feeds.forEach(({ sequence, tokens }, i) => {
          if (sequence >= capacity || tokens.length === 0) throw new Error('decoder: bad feed');
          const own = (held[sequence] ??= []);
          own.push(...tokens);
          for (let j = 0; j < count; j++) {
            const logProb = this.distribution(own);
            const drawn = draw(logProb, temperature, uniform(seed, streams[i], own.length));
            out.tokens[i * count + j] = drawn;
            out.logProb[i * count + j] = logProb[drawn];
            out.entropy[i * count + j] = -logProb.reduce((sum, lp) => sum + lp * Math.exp(lp), 0);
            own.push(drawn);
          }
        });
        return out;
      },
      length: (sequence) => held[sequence]?.length ?? 0,
      forget: (sequence) => void (held[sequence] = []),
      reset: () => void (held = []),
      destroy: () => void (held = []),
    };
  }

  async forward(sequences: Sequences) {
    this.last = sequences;
    this.seen.forwards.push(sequences);
    return this.scores(sequences, this.theta);
  }

  async scoreReference(sequences: Sequences) {
    return this.scores(sequences, this.reference).logProb;
  }

  async backward(dLogProb: Float32Array, update: UpdateSettings) {
    this.seen.gradients.push(dLogProb);
    return this.descend(this.last, dLogProb, update, (at, p, next) =>
      p.map((share, v) => dLogProb[at] * ((v === next ? 1 : 0) - share)),
    );
  }

  async supervised(sequences: Sequences, weights: Float32Array, update: UpdateSettings) {
    const total = weights.reduce((sum, w) => sum + w, 0);
    let loss = 0;
    const { gradNorm } = this.descend(sequences, weights, update, (at, p, next) => {
      loss -= (weights[at] * Math.log(p[next])) / total;
      return p.map((share, v) => (weights[at] * (share - (v === next ? 1 : 0))) / total);
    });
    return { loss, gradNorm };
  }

  async distill(sequences: Sequences, weights: Float32Array, teacher: Float32Array, update: UpdateSettings) {
    const total = weights.reduce((sum, w) => sum + w, 0);
    let loss = 0;
    const { gradNorm } = this.descend(sequences, weights, update, (at, p) => {
      const raw = Float64Array.from(teacher.subarray(at * V, (at + 1) * V), Math.exp);
      const norm = raw.reduce((a, b) => a + b, 0);
      const q = raw.map((value) => value / norm);
      loss += (weights[at] * q.reduce((sum, share, v) => sum + share * Math.log(share / p[v]), 0)) / total;
      return p.map((share, v) => (weights[at] * (share - q[v])) / total);
    });
    return { loss, gradNorm };
  }

  /** One Adam step; where `used` is not 0, `dLogits` turns the distribution and the next token into the gradient. */
  private descend(
    sequences: Sequences,
    used: Float32Array,
    update: UpdateSettings,
    dLogits: (at: number, p: Float64Array, next: number) => Float64Array,
  ) {
    this.seen.updates.push(update);
    const gradient = new Float64Array(ROWS * V);
    let at = 0;
    for (const tokens of sequences)
      for (let t = 0; t < tokens.length; t++, at++) {
        if (used[at] === 0) continue;
        const prefix = tokens.slice(0, t + 1);
        const { row } = this.place(prefix);
        dLogits(at, this.distribution(prefix).map(Math.exp), tokens[t + 1]).forEach(
          (value, v) => (gradient[row * V + v] += value),
        );
      }
    const gradNorm = Math.hypot(...gradient);
    this.updates++;
    const { learningRate, beta1, beta2, eps, gradClip } = update;
    const scale = Math.min(1, gradClip / (gradNorm + 1e-12));
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i] * scale;
      this.first[i] = beta1 * this.first[i] + (1 - beta1) * g;
      this.second[i] = beta2 * this.second[i] + (1 - beta2) * g * g;
      const m = this.first[i] / (1 - beta1 ** this.updates);
      const v = this.second[i] / (1 - beta2 ** this.updates);
      this.theta[i] -= (learningRate * m) / (Math.sqrt(v) + eps);
    }
    return { gradNorm };
  }

  freezeReference(): void {
    this.reference = this.theta.slice();
  }

  async parameters(): Promise<Float32Array> {
    return this.theta.slice();
  }

  async checkpoint(): Promise<Checkpoint> {
    const { theta, first, second, updates } = this;
    return { parameters: theta.slice(), firstMoment: first.slice(), secondMoment: second.slice(), updates };
  }

  restore(checkpoint: Checkpoint): void {
    this.theta = checkpoint.parameters.slice();
    this.first = checkpoint.firstMoment.slice();
    this.second = checkpoint.secondMoment.slice();
    this.updates = checkpoint.updates;
  }

  destroy(): void {}
}

function draw(logProb: Float64Array, temperature: number, u: number): number {
  if (temperature === 0) return logProb.indexOf(Math.max(...logProb));
  const weights = logProb.map((lp) => Math.exp(lp / temperature));
  let rest = u * weights.reduce((sum, weight) => sum + weight, 0);
  for (let v = 0; v < weights.length; v++) if ((rest -= weights[v]) < 0) return v;
  return weights.length - 1;
}
