import { describe, expect, it } from 'vitest';
import { gradientError } from '../../test/gradcheck.ts';
import { Random } from '../core/random.ts';
import { mixedObjective, type ObjectiveOptions, type ObjectiveRow } from './objective.ts';

const plain: ObjectiveOptions = {
  aggregation: 'token',
  clipEps: 0.2,
  dualClip: null,
  klCoefficient: 0,
  klOnGuided: true,
};

/** A row of tokens whose ratios are given; the reference equals the old policy. */
function row(
  advantage: number,
  ratios: readonly number[],
  source: ObjectiveRow['source'] = 'unguided',
): ObjectiveRow {
  const oldLogProb = ratios.map((_, t) => -1 - 0.5 * t);
  return {
    source,
    advantage,
    logProb: ratios.map((ratio, t) => oldLogProb[t] + Math.log(ratio)),
    oldLogProb,
    referenceLogProb: oldLogProb,
  };
}

describe('mixedObjective by hand', () => {
  it('Eq. 11: on-policy tokens give −A/ΣT as loss and as gradient', () => {
    const { loss, rows } = mixedObjective([row(1.5, [1, 1]), row(-0.5, [1])], plain);
    expect(loss).toBeCloseTo(-(1.5 + 1.5 - 0.5) / 3, 12);
    expect([...rows[0].gradient]).toEqual([-0.5, -0.5]);
    expect(rows[1].gradient[0]).toBeCloseTo(0.5 / 3, 12);
  });

  it('Eq. 11: a good token is clipped above 1 + ε, a bad one below 1 − ε, and not the other way', () => {
    const { loss, rows } = mixedObjective([row(1, [1.5, 0.5]), row(-1, [1.5, 0.5])], plain);
    // min(1.5, 1.2) + min(0.5, 0.8) + min(−1.5, −1.2) + min(−0.5, −0.8)
    expect(loss).toBeCloseTo(-(1.2 + 0.5 - 1.5 - 0.8) / 4, 12);
    expect([...rows[0].clipped]).toEqual([1, 0]);
    expect([...rows[1].clipped]).toEqual([0, 1]);
    expect(rows[0].gradient[0]).toBeCloseTo(0, 15);
    expect(rows[0].gradient[1]).toBeCloseTo(-0.5 / 4, 12);
    expect(rows[1].gradient[0]).toBeCloseTo(1.5 / 4, 12);
    expect(rows[1].gradient[1]).toBeCloseTo(0, 15);
  });

  it('Eq. 12: a guided token divides by its guided probability, so its gradient is scaled by r', () => {
    // Unguided 0.02, guided 0.98: r = 0.02/0.98 ≈ 0.0204 multiplies the advantage.
    const guided: ObjectiveRow = {
      source: 'guided',
      advantage: 2,
      logProb: [Math.log(0.02)],
      oldLogProb: [Math.log(0.98)],
      referenceLogProb: [Math.log(0.02)],
    };
    const { loss, rows } = mixedObjective([guided], plain);
    expect(rows[0].ratio[0]).toBeCloseTo(0.02 / 0.98, 12);
    expect(loss).toBeCloseTo((-2 * 0.02) / 0.98, 12);
    expect(rows[0].gradient[0]).toBeCloseTo((-2 * 0.02) / 0.98, 12);
  });

  it('dual clip bounds the loss of a bad token that became likely', () => {
    const options = { ...plain, dualClip: 3 };
    const { loss, rows } = mixedObjective([row(-1, [5, 2]), row(1, [5])], options);
    expect(loss).toBeCloseTo((3 + 2 - 1.2) / 3, 12);
    expect([...rows[0].clipped]).toEqual([1, 0]);
  });

  it('aggregation: per token, or per sequence of its token mean', () => {
    const batch = [row(1, [1, 1, 1]), row(-1, [1])];
    expect(mixedObjective(batch, plain).loss).toBeCloseTo(-(3 - 1) / 4, 12);
    expect(mixedObjective(batch, { ...plain, aggregation: 'sequence' }).loss).toBeCloseTo(0, 12);
  });

  it('Eq. 11: the KL is averaged over rollouts, each by its token mean', () => {
    const shifted = (d: number, T: number, source: ObjectiveRow['source']): ObjectiveRow => ({
      source,
      advantage: 0,
      logProb: Array<number>(T).fill(-1),
      oldLogProb: Array<number>(T).fill(-1),
      referenceLogProb: Array<number>(T).fill(-1 + d),
    });
    const value = (d: number) => Math.exp(d) - d - 1;
    const batch = [shifted(0.5, 3, 'unguided'), shifted(-1, 1, 'guided')];
    const options = { ...plain, klCoefficient: 0.1 };
    expect(mixedObjective(batch, options).loss).toBeCloseTo((0.1 * (value(0.5) + value(-1))) / 2, 12);
    expect(mixedObjective(batch, { ...options, klOnGuided: false }).loss).toBeCloseTo(0.1 * value(0.5), 12);
  });

  it('far ratios stay finite: log-ratios stop at ±20 and k3 at 10', () => {
    const far: ObjectiveRow = {
      source: 'guided',
      advantage: -1,
      logProb: [-1],
      oldLogProb: [-101],
      referenceLogProb: [99],
    };
    const { rows } = mixedObjective([far], { ...plain, klCoefficient: 1 });
    expect(rows[0].ratio[0]).toBeCloseTo(Math.exp(20), 0);
    expect(rows[0].kl[0]).toBe(10);
    expect(rows[0].gradient[0]).toBe(0);
  });

  it('Eq. 11: rollouts that are left out count in the means, and a rollout without advantage adds nothing', () => {
    const [taught, idle] = [row(1, [0.9, 1.1]), row(0, [1, 1, 1])];
    for (const aggregation of ['token', 'sequence'] as const) {
      const options = { ...plain, aggregation, klCoefficient: 0.1 };
      const all = mixedObjective([taught, idle], options);
      const some = mixedObjective([taught], options, { tokens: 5, rollouts: 2, unguided: 2 });
      expect(some.loss).toBeCloseTo(all.loss, 12);
      expect([...some.rows[0].gradient]).toEqual([...all.rows[0].gradient]);
    }
  });

  it('nothing in, nothing out', () => {
    expect(mixedObjective([], plain)).toEqual({ loss: 0, rows: [] });
    const empty = mixedObjective([row(1, []), row(1, [1])], { ...plain, aggregation: 'sequence' });
    expect(empty.loss).toBeCloseTo(-1, 12);
  });
});

describe('mixedObjective against central differences', () => {
  const combinations = (['token', 'sequence'] as const).flatMap((aggregation) =>
    [null, 3].flatMap((dualClip) =>
      [0, 0.1].flatMap((klCoefficient) =>
        [true, false].map((klOnGuided) => ({
          aggregation,
          dualClip,
          klCoefficient,
          klOnGuided,
          clipEps: 0.2,
        })),
      ),
    ),
  );

  it.each(combinations)(
    '$aggregation, dual $dualClip, β $klCoefficient, KL on guided $klOnGuided',
    (options) => {
      const random = new Random(11);
      const lengths = [4, 1, 6, 3];
      const advantages = [1.3, -0.8, -1.1, 0.6];
      const draw = (T: number, spread: number) =>
        Array.from({ length: T }, () => -1.5 + spread * random.normal());
      const batch = lengths.map((T, i): ObjectiveRow => ({
        source: i % 2 ? 'guided' : 'unguided',
        advantage: advantages[i],
        logProb: draw(T, 0.7),
        oldLogProb: draw(T, 0.7),
        referenceLogProb: draw(T, 0.5),
      }));
      const withLogProbs = (flat: Float64Array) => {
        let start = 0;
        return batch.map((r) => ({ ...r, logProb: flat.slice(start, (start += r.logProb.length)) }));
      };
      const x = Float64Array.from(batch.flatMap((r) => Array.from(r.logProb)));
      const analytic = mixedObjective(batch, options).rows.flatMap((r) => Array.from(r.gradient));
      const loss = (flat: Float64Array) => [mixedObjective(withLogProbs(flat), options).loss];
      expect(gradientError(loss, x, [1], analytic)).toBeLessThan(1e-7);
    },
  );
});
