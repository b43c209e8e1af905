/**
 * How the matrix products of an adapter are cut: in registers alone (`plain`, matmul.wgsl), in registers with lanes that
 * load for each other (`subgroups`, matmulSubgroups.wgsl; with four lanes matmulFourLanes.wgsl), through workgroup memory (`shared`, matmulShared.wgsl).
 */
export const tilings = ['plain', 'subgroups', 'shared'] as const;
export type Tiling = (typeof tilings)[number];

export interface Tilings {
  /** Of products of activations with weights. */
  readonly product: Tiling;
  /** Of weight gradients, which sum over many rows. */
  readonly tn: Tiling;
}

/** What {@link usualTilings} goes by. */
export interface TilingFacts {
  readonly software: boolean;
  /** Smallest subgroup the adapter may run; 0 without subgroups. */
  readonly subgroupSize: number;
}

/** Tilings that an adapter can run. */
export const possibleTilings = ({ subgroupSize }: TilingFacts): Tiling[] =>
  tilings.filter((tiling) => tiling !== 'subgroups' || subgroupSize >= 4);

/**
 * What is fastest on the software adapters, where barriers cost most (docs/performance.md), and what a GPU starts with until
 * `tuning.ts` has measured it.
 */
export function usualTilings(facts: TilingFacts): Tilings {
  const tiling = !facts.software ? 'shared' : facts.subgroupSize >= 4 ? 'subgroups' : 'plain';
  return { product: tiling, tn: tiling };
}

/** Whether `value` names tilings that the adapter can run. */
export function areTilings(value: unknown, facts: TilingFacts): value is Tilings {
  const { product, tn } = (value ?? {}) as Partial<Tilings>;
  return [product, tn].every((tiling) => (possibleTilings(facts) as unknown[]).includes(tiling));
}

/** The choices that the last bits of a run depend on, in words; empty for records older than they are. */
export function choicesInWords({
  tilings,
  fusedRollouts,
}: {
  readonly tilings?: Tilings;
  readonly fusedRollouts?: boolean;
}): string {
  if (!tilings) return '';
  const { product, tn } = tilings;
  const gradients = product === tn ? '' : `,${tn}`;
  return `matrix products ${product}${gradients}${fusedRollouts ? ', fused rollouts' : ''}`;
}
