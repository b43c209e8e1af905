/** Shape of a decoder-only policy (RMSNorm, RoPE, SwiGLU, tied embedding, no biases). */
export interface PolicyConfig {
  readonly name: string;
  /** V: vocabulary size. */
  readonly vocabulary: number;
  /** C: width of the residual stream. */
  readonly width: number;
  /** L: layers. */
  readonly layers: number;
  /** H: attention heads; C / H is the head dimension. */
  readonly heads: number;
  /** F: hidden width of the SwiGLU. */
  readonly feedForward: number;
  /** T: longest sequence in tokens. */
  readonly context: number;
}

/** Base of the rotary frequencies: angle(p, i) = p · θ^(-2i/D). */
export const ROPE_THETA = 1000;
/** Added to the mean square in RMSNorm. */
export const NORM_EPS = 1e-6;

/** Tokens to append to one sequence of a decoder. */
export interface Feed {
  /** Index of the sequence in the decoder, 0..capacity-1. */
  readonly sequence: number;
  /** At least one token. */
  readonly tokens: readonly number[];
}

export interface SampleOptions {
  /** Tokens to sample after the feed, for every fed sequence. */
  readonly count: number;
  readonly seed: number;
  /** u32 stream of each fed sequence: a draw depends on (seed, stream, position) alone. */
  readonly streams: readonly number[];
  /** Softmax temperature; 0 takes the most probable token. */
  readonly temperature: number;
}

/** Row-major over feeds: element [i * count + j] is the j-th token sampled for feed i. */
export interface Sampled {
  readonly tokens: Uint32Array;
  /** log π(token | prefix) at temperature 1, whatever the sampling temperature. */
  readonly logProb: Float32Array;
  /** Entropy of the next-token distribution at temperature 1, in nats. */
  readonly entropy: Float32Array;
}

/** Keeps keys and values of a batch of sequences of different lengths; grows them by feeding and sampling. */
export interface Decoder {
  readonly capacity: number;
  /** Appends the feeds, then samples `options.count` tokens for each; sampled tokens are appended too. */
  extend(feeds: readonly Feed[], options: SampleOptions): Promise<Sampled>;
  /** Tokens held by a sequence; the last sampled token counts. */
  length(sequence: number): number;
  /** Forgets one sequence: its place is free for another. */
  forget(sequence: number): void;
  /** Forgets every sequence. */
  reset(): void;
  destroy(): void;
}

/** Positions in each of some sequences. */
export type Positions = readonly (readonly number[])[];

/** What the algorithms need of a policy. Our GPU policy and onnxruntime-web both implement it. */
export interface LanguageModel {
  readonly config: PolicyConfig;
  /** Logits of every position: [ΣT_i, V], sequences one after another. */
  logits(sequences: readonly (readonly number[])[]): Promise<Float32Array>;
  /**
   * log π(token | prefix) and entropy for every position that has a successor: element [start_i + t]
   * scores token t+1 of sequence i; the last position of a sequence holds 0. With `at`, only the positions it lists of each
   * sequence are sure to be scored, which costs less; others may hold 0.
   */
  score(sequences: readonly (readonly number[])[], at?: Positions): Promise<Scores>;
  decoder(capacity: number): Decoder;
  /** Samples whole episodes where the environment is a table; absent where the policy or its runtime cannot. */
  readonly episodes?: EpisodeSampler;
  destroy(): void;
}

/** An episode to sample to its end. */
export interface TableEpisode {
  /** u32 stream: a draw depends on (seed, stream, position) alone. */
  readonly stream: number;
  /** Index of the tokens that it starts from. */
  readonly opening: number;
  /** Word of `tables` where its transitions start. */
  readonly automaton: number;
  /** State and turns taken so far. */
  readonly state: number;
  readonly turn: number;
  readonly maxTurns: number;
  /** Tokens of the longest reply it can get. */
  readonly longestReply: number;
}

/** Episodes of environments that are finite automata, as flat tables that a kernel can walk. */
export interface TableEpisodes {
  /**
   * u32: [V, V] the action that a step's first and last token stand for, then the automata. An automaton is
   * [states, actions, 2], the next state with its top bit set where the episode is over and the word of the reply,
   * counted from the automaton's first; then its replies, each its length and its tokens.
   */
  readonly tables: Uint32Array;
  readonly actions: number;
  readonly stepTokens: number;
  /** Distinct token sequences that episodes start from, at least one token each. */
  readonly openings: readonly (readonly number[])[];
  readonly episodes: readonly TableEpisode[];
}

/** What was sampled of one episode: `stepTokens` tokens a turn, see {@link Sampled}. */
export interface SampledEpisode extends Sampled {
  /** State at the end, and turns taken. */
  readonly state: number;
  readonly turns: number;
}

export interface EpisodeSampler {
  /** Whether rollouts are to be sampled so where nobody says otherwise. */
  readonly preferred: boolean;
  /** Samples each episode until it is over, at the turn limit or where the next step would leave the context. */
  sample(
    batch: TableEpisodes,
    options: { readonly seed: number; readonly temperature: number; readonly signal?: AbortSignal },
  ): Promise<SampledEpisode[]>;
}

export interface Scores {
  /** [ΣT_i] */
  readonly logProb: Float32Array;
  /** [ΣT_i], nats */
  readonly entropy: Float32Array;
}

/** The sizes of the design. `vocabulary` is the search world's; context covers its longest episode. */
const size = (
  name: string,
  width: number,
  layers: number,
  heads: number,
  feedForward: number,
): PolicyConfig => ({
  name,
  vocabulary: 80,
  width,
  layers,
  heads,
  feedForward,
  context: 384,
});

export const policySizes = {
  nano: size('nano', 32, 2, 2, 80),
  micro: size('micro', 64, 2, 4, 160),
  mini: size('mini', 128, 4, 8, 336),
  small: size('small', 256, 6, 8, 688),
} as const satisfies Record<string, PolicyConfig>;

export type PolicySize = keyof typeof policySizes;

/** AdamW with decoupled weight decay and global-norm clipping; one update's settings. */
export interface UpdateSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** Gradients are scaled down to this norm. */
  readonly gradClip: number;
}

/** A policy whose parameters can be trained: forward and backward are two submits with TypeScript between. */
export interface TrainablePolicy extends LanguageModel {
  /**
   * Scores `sequences` as {@link LanguageModel.score} does and keeps the activations for {@link backward}, where
   * only what `at` lists can have a gradient.
   */
  forward(sequences: readonly (readonly number[])[], at?: Positions): Promise<Scores>;
  /** log π_ref(token | prefix) under the frozen reference: [ΣT_i], as in {@link LanguageModel.score}. */
  scoreReference(sequences: readonly (readonly number[])[], at?: Positions): Promise<Float32Array>;
  /** Logits of the frozen reference: [ΣT_i, V], as in {@link LanguageModel.logits}. */
  referenceLogits(sequences: readonly (readonly number[])[]): Promise<Float32Array>;
  /**
   * Backpropagates dL/dlogProb ([ΣT_i], aligned with the last {@link forward}) and takes one AdamW step
   * that *decreases* L. Resolves with the gradient norm before clipping; whatever is called meanwhile already meets the
   * new parameters, so the next forward pass need not wait.
   */
  backward(dLogProb: Float32Array, update: UpdateSettings): Promise<{ readonly gradNorm: number }>;
  /** One supervised step on the weighted cross-entropy Σ w·(-log π) / Σ w; weights are [ΣT_i], weight t scores token t+1. */
  supervised(
    sequences: readonly (readonly number[])[],
    weights: Float32Array,
    update: UpdateSettings,
  ): Promise<{ readonly loss: number; readonly gradNorm: number }>;
  /**
   * One step on Σ w·KL(teacher ‖ π) / Σ w over the whole vocabulary (Eq. 13), the teacher held fixed.
   * weights: [ΣT_i], teacherLogits: [ΣT_i, V], both for the position that predicts token t+1.
   */
  distill(
    sequences: readonly (readonly number[])[],
    weights: Float32Array,
    teacherLogits: Float32Array,
    update: UpdateSettings,
  ): Promise<{ readonly loss: number; readonly gradNorm: number }>;
  /** Makes the current parameters the frozen reference of the KL term. */
  freezeReference(): void;
  /** The flat parameter vector (see `parameterLayout`). */
  parameters(): Promise<Float32Array>;
  /** Parameters and optimizer state, enough to continue bit for bit. */
  checkpoint(): Promise<Checkpoint>;
  restore(checkpoint: Checkpoint): void;
}

export interface Checkpoint {
  readonly parameters: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly updates: number;
}
