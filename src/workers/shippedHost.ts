import { InputError } from '../core/errors.ts';
import {
  sha256,
  sourceOf,
  type PolicyHost,
  type PolicySource,
  type Unit,
  type Weights,
} from '../experiments/index.ts';
import { exportOnnx } from '../policy/onnx/exportOnnx.ts';
import { importOnnx } from '../policy/onnx/importOnnx.ts';
import type { PolicySize, TrainablePolicy } from '../policy/types.ts';
import { fetchModel } from './models.ts';

/** Names of the base policies at the roots of units. */
export function baseNames(units: readonly Unit[]): string[] {
  const names = new Set<string>();
  for (const unit of units) {
    let source: PolicySource | null = sourceOf(unit);
    while (source && source.kind !== 'base') source = sourceOf(source);
    if (source) names.add(source.name);
  }
  return [...names];
}

/**
 * The shipped policies that units start from, fetched from the page's own origin.
 * @throws ModelFetchError when one cannot be had.
 */
export async function shippedHost(
  units: readonly Unit[],
  modelsUrl: string,
  create: (weights: Weights) => TrainablePolicy,
): Promise<PolicyHost> {
  const fetched = baseNames(units).map(async (name) => {
    const bytes = await fetchModel(name as PolicySize, modelsUrl);
    return [name, { sha256: await sha256(bytes), weights: importOnnx(bytes) }] as const;
  });
  const known = new Map(await Promise.all(fetched));
  return {
    base: (name) => {
      const found = known.get(name);
      if (!found)
        throw new InputError(
          `base policy: expected one of ${[...known.keys()].join(', ')}, got ${name}. Choose one of these.`,
        );
      return found;
    },
    create: async (weights) => create(weights),
    encode: ({ config, parameters }) => exportOnnx(config, parameters),
    decode: (bytes) => importOnnx(bytes),
  };
}
