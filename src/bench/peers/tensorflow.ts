import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { parameterLayout } from '../../policy/parameters.ts';
import { NORM_EPS, ROPE_THETA, type PolicyConfig, type UpdateSettings } from '../../policy/types.ts';
import type { Contender, Sampler, Trainer } from '../contender.ts';

/** Arrays by the names of `parameterLayout`. */
type Params = Record<string, tf.Variable>;
/** Gives the weights of q, k, v [B, H, T, D] of layer l. */
type Attend = (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, l: number) => tf.Tensor;

/** x / √(mean x² + ε) · weight */
const rmsnorm = (x: tf.Tensor, weight: tf.Tensor): tf.Tensor =>
  tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), NORM_EPS))), weight);

/** Cosines and sines [T, D/2] of the rotary embedding at positions `from`, `from` + 1, …. */
function rotary(from: number, T: number, D: number): { cos: tf.Tensor; sin: tf.Tensor } {
  const angle = (i: number): number =>
    (from + Math.floor(i / (D / 2))) * ROPE_THETA ** ((-2 * (i % (D / 2))) / D);
  const angles = tf.tensor2d(
    Float32Array.from({ length: (T * D) / 2 }, (_, i) => angle(i)),
    [T, D / 2],
  );
  return { cos: tf.cos(angles), sin: tf.sin(angles) };
}

/** Rotates x [B, H, T, D]. */
function rotate(x: tf.Tensor4D, { cos, sin }: ReturnType<typeof rotary>): tf.Tensor4D {
  const [a, b] = tf.split(x, 2, -1);
  const first = tf.sub(tf.mul(a, cos), tf.mul(b, sin));
  return tf.concat([first as tf.Tensor4D, tf.add(tf.mul(a, sin), tf.mul(b, cos))], -1);
}

/** softmax(q·kᵀ/√D + mask) · v */
function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, mask?: tf.Tensor): tf.Tensor {
  const scores = tf.div(tf.matMul(q, k, false, true), Math.sqrt(q.shape[3]!));
  return tf.matMul(tf.softmax(mask ? tf.add(scores, mask) : scores), v);
}

/** Above the diagonal far below every score: [T, T]. */
const causal = (T: number): tf.Tensor =>
  tf.tensor2d(
    Float32Array.from({ length: T * T }, (_, i) => (i % T > Math.floor(i / T) ? -1e9 : 0)),
    [T, T],
  );

/** Logits [B·T, V] of tokens [B, T]. */
function decoder(config: PolicyConfig, params: Params, tokens: tf.Tensor2D, attend: Attend): tf.Tensor2D {
  const { width: C, heads: H, layers, vocabulary: V } = config;
  const [B, T] = tokens.shape;
  const flat: tf.Tensor1D = tf.reshape(tokens, [B * T]);
  // The Wasm back end lacks the sum that the gradient of a gather needs.
  const rows =
    tf.getBackend() === 'wasm'
      ? tf.matMul(tf.oneHot(flat, V), params.embedding)
      : tf.gather(params.embedding, flat);
  let x: tf.Tensor = tf.mul(rows, Math.sqrt(C));
  for (let l = 0; l < layers; l++) {
    const of = (name: string): tf.Tensor => params[`${l}.${name}`];
    const qkv = tf.matMul(rmsnorm(x, of('norm1')), of('qkv'));
    const [q, k, v] = tf
      .split(qkv, 3, -1)
      .map((part): tf.Tensor4D => tf.transpose(tf.reshape(part, [B, T, H, C / H]), [0, 2, 1, 3]));
    const attended = tf.reshape(tf.transpose(attend(q, k, v, l), [0, 2, 1, 3]), [B * T, C]);
    x = tf.add(x, tf.matMul(attended, of('out')));
    const [gate, up] = tf.split(tf.matMul(rmsnorm(x, of('norm2')), of('gateUp')), 2, -1);
    x = tf.add(x, tf.matMul(tf.mul(tf.mul(gate, tf.sigmoid(gate)), up), of('down')));
  }
  return tf.matMul(rmsnorm(x, params.norm), params.embedding, false, true);
}

const upload = (config: PolicyConfig, flat: Float32Array): Params =>
  Object.fromEntries(
    parameterLayout(config).views.map(({ name, shape, start, length }) => [
      name,
      tf.variable(tf.tensor(flat.slice(start, start + length), [...shape]), true),
    ]),
  );

const integers = (rows: readonly (readonly number[])[]): tf.Tensor2D =>
  tf.tensor2d(Int32Array.from(rows.flat()), [rows.length, rows[0].length], 'int32');

function trainer(config: PolicyConfig, flat: Float32Array, update: UpdateSettings): Trainer {
  const { learningRate, beta1, beta2, eps, weightDecay, gradClip } = update;
  const params = upload(config, flat);
  const variables = Object.values(params);
  const optimizer = tf.train.adam(learningRate, beta1, beta2, eps);

  /** Mean cross-entropy of the tokens that have a predecessor. */
  const loss = (sequences: readonly (readonly number[])[]): tf.Scalar => {
    const [B, T] = [sequences.length, sequences[0].length];
    const table = rotary(0, T, config.width / config.heads);
    const mask = causal(T);
    const logits = decoder(config, params, integers(sequences), (q, k, v) =>
      attention(rotate(q, table), rotate(k, table), v, mask),
    );
    const targets = integers(sequences.map((tokens) => [...tokens.slice(1), 0]));
    const hot = tf.oneHot(tf.reshape<tf.Rank.R1>(targets, [B * T]), config.vocabulary);
    const weights = tf.tensor1d(Float32Array.from({ length: B * T }, (_, i) => Number(i % T < T - 1)));
    const logProb = tf.sum(tf.mul(tf.logSoftmax(logits), hot), -1);
    return tf.mul(tf.sum(tf.mul(logProb, weights)), -1 / (B * (T - 1)));
  };

  return {
    async step({ sequences }) {
      const value = tf.tidy(() => {
        const { value, grads } = optimizer.computeGradients(() => loss(sequences), variables);
        const squares = Object.values(grads).map((g) => tf.sum(tf.square(g)));
        const norm = tf.sqrt(squares.reduce((a, b) => tf.add(a, b)));
        const scale = tf.minimum(tf.div(gradClip, tf.add(norm, 1e-6)), 1);
        // Decoupled decay of the weights as they were, then Adam.
        for (const variable of variables) variable.assign(tf.mul(variable, 1 - learningRate * weightDecay));
        optimizer.applyGradients(
          Object.fromEntries(Object.entries(grads).map(([name, g]) => [name, tf.mul(g, scale)])),
        );
        return value;
      });
      const [result] = await value.data();
      value.dispose();
      // The loss is ready before the update is: wait for a value of the update.
      const updated = tf.tidy(() => tf.slice(tf.reshape(params.norm, [-1]), 0, 1));
      await updated.data();
      updated.dispose();
      return result;
    },
    dispose() {
      tf.dispose(variables);
      optimizer.dispose();
    },
  };
}

function sampler(config: PolicyConfig, flat: Float32Array): Sampler {
  const params = upload(config, flat);
  const D = config.width / config.heads;
  type Cache = { keys: tf.Tensor4D; values: tf.Tensor4D }[];

  /** Appends tokens [B, T] at position `from` to the cache and draws the next one: [B, 1]. */
  const extend = (tokens: tf.Tensor2D, from: number, cache: Cache, seed: number): [tf.Tensor2D, Cache] =>
    tf.tidy(() => {
      const [B, T] = tokens.shape;
      const table = rotary(from, T, D);
      const mask = T > 1 ? causal(T) : undefined;
      const next: Cache = [];
      const logits = decoder(config, params, tokens, (q, k, v, l) => {
        const rotated = rotate(k, table);
        const keys = cache.length > 0 ? tf.concat([cache[l].keys, rotated], 2) : rotated;
        const values = cache.length > 0 ? tf.concat([cache[l].values, v], 2) : v;
        next[l] = { keys, values };
        return attention(rotate(q, table), keys, values, mask);
      });
      const last = tf.reshape(tf.slice(tf.reshape(logits, [B, T, -1]), [0, T - 1, 0]), [B, -1]);
      return [tf.multinomial(last as tf.Tensor2D, 1, seed) as tf.Tensor2D, next];
    });

  return {
    async sample(prompts, count, seed) {
      let cache: Cache = [];
      let tokens = integers(prompts);
      let length = 0;
      const drawn: tf.Tensor2D[] = [];
      for (let j = 0; j < count; j++) {
        const [token, next] = extend(tokens, length, cache, seed + j + 1);
        tf.dispose(cache);
        if (j === 0) tokens.dispose();
        drawn.push(token);
        length += tokens.shape[1];
        [tokens, cache] = [token, next];
      }
      const all = tf.concat(drawn, 1);
      tf.dispose([drawn, cache] as tf.TensorContainer);
      const values = await all.data();
      all.dispose();
      return values;
    },
    dispose: () => tf.dispose(Object.values(params)),
  };
}

/** TensorFlow.js. Its back end is global state, set before every call. */
export async function tensorflow(backend: 'webgpu' | 'wasm', wasmPath?: string): Promise<Contender> {
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
  else {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    if (wasmPath) setWasmPaths(wasmPath);
  }
  const here = async <T>(work: () => T | Promise<T>): Promise<T> => {
    if (!(await tf.setBackend(backend))) throw new Error(`tfjs: its ${backend} back end did not start`);
    return work();
  };
  await here(() => tf.ready());
  return {
    name: 'TensorFlow.js',
    backend: backend === 'webgpu' ? 'WebGPU' : 'Wasm',
    device: backend === 'webgpu' ? (tf.backend() as WebGPUBackend).device : undefined,
    async trainer(config, parameters, update) {
      const inner = await here(() => trainer(config, parameters, update));
      return { ...inner, step: (batch) => here(() => inner.step(batch)) };
    },
    async sampler(config, parameters) {
      const inner = await here(() => sampler(config, parameters));
      return { ...inner, sample: (prompts, count, seed) => here(() => inner.sample(prompts, count, seed)) };
    },
    destroy: () => undefined,
  };
}
