import { Random } from '../src/core/random.ts';
import { parameterLayout } from '../src/policy/parameters.ts';
import type { PolicyConfig } from '../src/policy/types.ts';

/**
 * Distance between a gradient and central differences of `loss` at four entries of every parameter matrix, relative to
 * the largest difference; with the matrix's name.
 */
export function parameterGradientErrors(
  config: PolicyConfig,
  parameters: Float32Array,
  gradient: Float32Array,
  loss: (parameters: Float32Array) => number,
): { name: string; error: number }[] {
  const random = new Random(5);
  const probes = parameterLayout(config).views.flatMap(({ name, start, length }) =>
    Array.from({ length: 4 }, () => {
      const at = start + random.int(length);
      const [up, down] = [Float32Array.from(parameters), Float32Array.from(parameters)];
      up[at] += 2e-4;
      down[at] -= 2e-4;
      const numeric = (loss(up) - loss(down)) / (up[at] - down[at]);
      return { name, numeric, difference: Math.abs(gradient[at] - numeric) };
    }),
  );
  const scale = Math.max(...probes.map(({ numeric }) => Math.abs(numeric)));
  return probes.map(({ name, difference }) => ({ name, error: difference / scale }));
}
