/**
 * How an op declares itself. One op is three files: `op.wgsl` (its kernels), `op.ts` (this declaration,
 * shape checks and grid) and `op.ref.ts` (the float64 reference). Bindings are declared once, here;
 * `bindings.test.ts` reflects the WGSL and compares names, numbers, access and uniform fields.
 *
 * Binding 0 of group 0 is the uniform struct `Dims`; the storage bindings follow in declared order from 1.
 */
export interface Op<Binding extends string = string, Field extends string = string> {
  readonly name: string;
  readonly wgsl: string;
  /** Storage bindings in WGSL order, numbered from 1. */
  readonly bindings: Readonly<Record<Binding, Access>>;
  /** Fields of the uniform struct `Dims`, in order; 4 bytes each. */
  readonly dims: Readonly<Record<Field, 'u32' | 'f32'>>;
  /** Entry point → the storage bindings it uses (at most 8). */
  readonly kernels: Readonly<Record<string, readonly Binding[]>>;
}

export type Access = 'read' | 'read_write';

/** Declares an op; the identity function that fixes the literal types. */
export function defineOp<const B extends string, const F extends string>(op: Op<B, F>): Op<B, F> {
  return op;
}

/** Workgroups for `count` invocations of `size` each, folded over x and y (65535 per dimension). */
export function grid(count: number, size = 64): [number, number, number] {
  const groups = Math.ceil(count / size);
  const x = Math.min(groups, 32768);
  return [x, Math.ceil(groups / x), 1];
}

const quadOps = new Map<Op, Op>();

/**
 * An op that works element by element over rows of `n` values, and how many of them a thread takes: four at a time
 * where n allows it, for then software adapters load and store in less than half the time. Its WGSL says `Value` for
 * what a thread takes, an alias of f32 that becomes vec4f, and where it adds the parts of one up, `total(value)`.
 */
export function elementwise(op: Op, n: number): { readonly op: Op; readonly width: 1 | 4 } {
  if (n % 4) return { op, width: 1 };
  const wgsl = op.wgsl
    .replace('alias Value = f32;', 'alias Value = vec4f;')
    .replace('return value; // its only part', 'return dot(value, Value(1.0));');
  const quads = quadOps.get(op) ?? { ...op, name: `${op.name} x4`, wgsl };
  quadOps.set(op, quads);
  return { op: quads, width: 4 };
}
