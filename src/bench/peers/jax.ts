import {
  blockUntilReady,
  defaultDevice,
  getWebGPUDevice,
  init,
  jit,
  nn,
  numpy as np,
  random,
  tree,
  valueAndGrad,
  type Device,
} from '@jax-js/jax';
import { parameterLayout } from '../../policy/parameters.ts';
import { NORM_EPS, ROPE_THETA, type PolicyConfig, type UpdateSettings } from '../../policy/types.ts';
import type { Contender, Sampler, Trainer } from '../contender.ts';

/** Arrays by the names of `parameterLayout`. */
type Params = Record<string, np.Array>;
/** Keys and values of every layer, [B, S, H, D]. */
type Cache = { keys: np.Array[]; values: np.Array[] };

// jax-js counts references: a function consumes its arguments, `.ref` keeps one for later.

/** x / √(mean x² + ε) · weight */
function rmsnorm(x: np.Array, weight: np.Array): np.Array {
  const scale = np.sqrt(np.square(x.ref).mean(-1, { keepdims: true }).add(NORM_EPS));
  return x.div(scale).mul(weight);
}

/** Rotary embedding of x [B, T, H, D] at positions [T]. */
function rotate(x: np.Array, positions: np.Array): np.Array {
  const D = x.shape[3];
  const frequencies = np.array(Float32Array.from({ length: D / 2 }, (_, i) => ROPE_THETA ** ((-2 * i) / D)));
  const angles = positions.reshape([-1, 1, 1]).mul(frequencies);
  const [cos, sin] = [np.cos(angles.ref), np.sin(angles)];
  const [a, b] = np.split(x, 2, -1);
  const first = a.ref.mul(cos.ref).sub(b.ref.mul(sin.ref));
  return np.concatenate([first, a.mul(sin).add(b.mul(cos))], -1);
}

/** Logits [B, T, V] of tokens [B, T]; `attend` gets q, k, v [B, T, H, D] of layer l. */
function decoder(
  { width: C, heads: H, layers }: PolicyConfig,
  params: Params,
  tokens: np.Array,
  attend: (q: np.Array, k: np.Array, v: np.Array, l: number) => np.Array,
): np.Array {
  const [B, T] = tokens.shape;
  let x = np.take(params.embedding.ref, tokens, 0).mul(Math.sqrt(C));
  for (let l = 0; l < layers; l++) {
    const of = (name: string): np.Array => params[`${l}.${name}`];
    const qkv = np.matmul(rmsnorm(x.ref, of('norm1')), of('qkv'));
    const [q, k, v] = np.split(qkv, 3, -1).map((part) => part.reshape([B, T, H, C / H]));
    x = x.add(np.matmul(attend(q, k, v, l).reshape([B, T, C]), of('out')));
    const [gate, up] = np.split(np.matmul(rmsnorm(x.ref, of('norm2')), of('gateUp')), 2, -1);
    x = x.add(np.matmul(nn.silu(gate).mul(up), of('down')));
  }
  return np.matmul(rmsnorm(x, params.norm), params.embedding.transpose());
}

/** Attention within the tokens given, at positions from 0. */
function selfAttend(q: np.Array, k: np.Array, v: np.Array): np.Array {
  const positions = np.arange(q.shape[1]).astype(np.float32);
  return nn.dotProductAttention(rotate(q, positions.ref), rotate(k, positions), v, { isCausal: true });
}

/** Mean cross-entropy: targets [B, T], weights [T] leave out the last position. */
function lossOf(config: PolicyConfig) {
  return (params: Params, tokens: np.Array, targets: np.Array, weights: np.Array): np.Array => {
    const [B, T] = tokens.shape;
    const logits = decoder(config, params, tokens, selfAttend);
    const logProb = nn.logSoftmax(logits).mul(nn.oneHot(targets, config.vocabulary)).sum(-1);
    return logProb
      .mul(weights)
      .sum()
      .mul(-1 / (B * (T - 1)));
  };
}

function trainStep(config: PolicyConfig, update: UpdateSettings) {
  const { learningRate, beta1, beta2, eps, weightDecay, gradClip } = update;
  const loss = lossOf(config);
  return jit(
    (
      params: Params,
      m: Params,
      v: Params,
      data: { tokens: np.Array; targets: np.Array; weights: np.Array },
      correction1: np.Array,
      correction2: np.Array,
    ) => {
      const { tokens, targets, weights } = data;
      const [value, raw] = valueAndGrad(loss)(tree.ref(params), tokens, targets, weights);
      const squares = tree.leaves(tree.ref(raw)).map((g) => np.square(g).sum());
      const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
      const scale = np.minimum(np.reciprocal(norm.add(1e-6)).mul(gradClip), 1);
      const grads: Params = tree.map((g: np.Array) => g.mul(scale.ref), raw);
      scale.dispose();
      const first: Params = tree.map(
        (a: np.Array, g: np.Array) => a.mul(beta1).add(g.mul(1 - beta1)),
        m,
        tree.ref(grads),
      );
      const second: Params = tree.map(
        (a: np.Array, g: np.Array) => a.mul(beta2).add(np.square(g).mul(1 - beta2)),
        v,
        grads,
      );
      const next: Params = tree.map(
        (p: np.Array, a: np.Array, b: np.Array) => {
          const ratio = a.div(correction1.ref).div(np.sqrt(b.div(correction2.ref)).add(eps));
          return p.ref.sub(ratio.add(p.mul(weightDecay)).mul(learningRate));
        },
        params,
        tree.ref(first),
        tree.ref(second),
      );
      tree.dispose([correction1, correction2]);
      return { params: next, m: first, v: second, loss: value };
    },
  );
}

function upload(config: PolicyConfig, flat: Float32Array): Params {
  return Object.fromEntries(
    parameterLayout(config).views.map(({ name, shape, start, length }) => [
      name,
      np.array(flat.slice(start, start + length)).reshape([...shape]),
    ]),
  );
}

const integers = (rows: readonly (readonly number[])[]): np.Array =>
  np.array(Int32Array.from(rows.flat())).reshape([rows.length, rows[0].length]);

function trainer(config: PolicyConfig, flat: Float32Array, update: UpdateSettings): Trainer {
  const step = trainStep(config, update);
  let params = upload(config, flat);
  let m = upload(config, new Float32Array(flat.length));
  let v = upload(config, new Float32Array(flat.length));
  let updates = 0;
  return {
    async step({ sequences }) {
      updates++;
      const T = sequences[0].length;
      const data = {
        tokens: integers(sequences),
        targets: integers(sequences.map((tokens) => [...tokens.slice(1), 0])),
        weights: np.array(Float32Array.from({ length: T }, (_, t) => Number(t + 1 < T))),
      };
      const correct = (beta: number): np.Array => np.array(Float32Array.of(1 - beta ** updates)).reshape([]);
      const out = step(params, m, v, data, correct(update.beta1), correct(update.beta2));
      ({ params, m, v } = out);
      await blockUntilReady([params, m, v]);
      return out.loss.jsAsync() as Promise<number>;
    },
    dispose() {
      tree.dispose([params, m, v]);
      step.dispose();
    },
  };
}

/**
 * Samples one token per row of logits [B, 1, V] → tokens [B, 1], by the Gumbel trick. Not `random.categorical`, whose
 * own jit keeps its constants on the device that called it first: the two back ends could not run side by side.
 */
function draw(logits: np.Array, key: np.Array): np.Array {
  const uniform = random
    .bits(key, logits.shape)
    .astype(np.float32)
    .mul((1 - 2 ** -23) / 2 ** 32);
  const gumbel = np.log(np.log(uniform).neg()).neg();
  return np.argmax(logits.add(gumbel), -1).astype(np.int32);
}

function sampler(config: PolicyConfig, flat: Float32Array): Sampler {
  const params = upload(config, flat);
  /** The prompt in one pass: its keys and values, padded to S rows, and the first token. */
  const prefillOf = (S: number) =>
    jit((params: Params, tokens: np.Array, key: np.Array) => {
      const cache: Cache = { keys: [], values: [] };
      const T = tokens.shape[1];
      const padding: [number, number][] = [[0, 0], [0, S - T], [0, 0], [0, 0]]; // prettier-ignore
      const logits = decoder(config, params, tokens, (q, k, v, l) => {
        const positions = np.arange(T).astype(np.float32);
        const rotated = rotate(k, positions.ref);
        cache.keys[l] = np.pad(rotated.ref, padding);
        cache.values[l] = np.pad(v.ref, padding);
        return nn.dotProductAttention(rotate(q, positions), rotated, v, { isCausal: true });
      });
      return { cache, token: draw(logits.slice([], [T - 1, T], []), key) };
    });
  /** One token more: it goes to row `position` of the cache. */
  const extend = jit((params: Params, cache: Cache, token: np.Array, position: np.Array, key: np.Array) => {
    const next: Cache = { keys: [], values: [] };
    const logits = decoder(config, params, token, (q, k, v, l) => {
      const S = cache.keys[l].shape[1];
      const rows = np.arange(S).astype(np.float32);
      const here = rows.ref.equal(position.ref).reshape([1, S, 1, 1]);
      next.keys[l] = np.where(here.ref, rotate(k, position.ref), cache.keys[l]);
      next.values[l] = np.where(here, v, cache.values[l]);
      const mask = rows.lessEqual(position.ref).reshape([1, 1, 1, S]);
      return nn.dotProductAttention(rotate(q, position.ref), next.keys[l].ref, next.values[l].ref, { mask });
    });
    position.dispose();
    return { cache: next, token: draw(logits, key) };
  });
  const prefills = new Map<number, ReturnType<typeof prefillOf>>();
  return {
    async sample(prompts, count, seed) {
      const start = prompts[0].length;
      const S = start + count;
      const prefill = prefills.get(S) ?? prefillOf(S);
      prefills.set(S, prefill);
      let { cache, token } = prefill(tree.ref(params), integers(prompts), random.key(seed));
      const drawn = [token.ref];
      for (let j = 1; j < count; j++) {
        const position = np.array(Float32Array.of(start + j - 1));
        ({ cache, token } = extend(tree.ref(params), cache, token, position, random.key(seed + j)));
        drawn.push(token.ref);
      }
      tree.dispose([cache.keys, cache.values, [token]]);
      return np.concatenate(drawn, 1).data() as Promise<Int32Array>;
    },
    dispose() {
      tree.dispose(params);
      extend.dispose();
      prefills.forEach((prefill) => prefill.dispose());
    },
  };
}

/** jax-js, jitted whole steps. Its device is global state, set before every call. */
export async function jax(device: Extract<Device, 'webgpu' | 'wasm'>): Promise<Contender> {
  const started = await init(device);
  if (!started.includes(device)) throw new Error(`jax-js: its ${device} back end did not start`);
  const here = <T>(work: () => T): T => {
    defaultDevice(device);
    return work();
  };
  return {
    name: 'jax-js',
    backend: device === 'webgpu' ? 'WebGPU' : 'Wasm',
    device: device === 'webgpu' ? getWebGPUDevice() : undefined,
    async trainer(config, parameters, update) {
      const inner = here(() => trainer(config, parameters, update));
      return { ...inner, step: (batch) => here(() => inner.step(batch)) };
    },
    async sampler(config, parameters) {
      const inner = here(() => sampler(config, parameters));
      return { ...inner, sample: (prompts, count, seed) => here(() => inner.sample(prompts, count, seed)) };
    },
    // Its device lives as long as the page.
    destroy: () => undefined,
  };
}
