import type { SourceMetrics, StepMetrics } from '../../actguide/config.ts';
import { parseRunConfig } from '../../actguide/runConfig.ts';
import { parameterLayout } from '../../policy/parameters.ts';
import { policySizes } from '../../policy/types.ts';
import type { RunCheckpoint, StoredRun } from '../types.ts';

const source: SourceMetrics = {
  rollouts: 8,
  trainedTokens: 40,
  reward: 0.5,
  ratio: 1.01,
  ratioMax: 1.5,
  clipFraction: 0.02,
  kl: 0.001,
  entropy: 0.4,
  turns: 5.5,
  responseLength: 16.5,
  logRatioShift: 0,
  offPolicyRisk: 0,
};

/** Metrics of a step; those of every other step hold an evaluation. */
export function stepOf(step: number): StepMetrics {
  return {
    step,
    trainableGroups: 0.5,
    allFailGroups: 0.25,
    allPassGroups: 0.25,
    guidedGroups: 2,
    kStar: 3.5,
    kStarFraction: 0.7,
    probes: 5,
    probeRollouts: 20,
    rollouts: 100 + step,
    environmentSteps: 400,
    gradNorm: 0.8,
    learningRate: 6e-4,
    kl: 0.002,
    loss: null,
    unguided: source,
    guided: step % 2 ? { ...source, logRatioShift: -12 } : null,
    rewardByLevel: [1, null, 0, 0, 0],
    success: step % 2 ? { mean: 0.4, levels: [1, 1, 0, 0, 0] } : null,
    timing: { rolloutMs: 1, searchMs: 2, updateMs: 3, stepMs: 6 },
  };
}

/** Weights whose every value tells where it belongs. */
export function checkpointOf(stepsDone: number): RunCheckpoint {
  const { length } = parameterLayout(policySizes.nano);
  const vector = (offset: number) => Float32Array.from({ length }, (_, i) => offset + i / length);
  return {
    base: {
      config: policySizes.nano,
      parameters: vector(0),
      metadata: { pretraining: '{"mixture":{"manners":2}}' },
    },
    trainer: {
      policy: {
        parameters: vector(1),
        firstMoment: vector(2),
        secondMoment: vector(3),
        updates: 4 * stepsDone,
      },
      stepsDone,
      updates: 4 * stepsDone,
    },
  };
}

/** A run of three steps with the weights of the second. */
export function storedRun(id = 'run-1'): StoredRun {
  return {
    run: {
      id,
      name: 'ActGuide · nano · seed 7',
      notes: 'Crossed the barrier – “at last”.',
      starred: true,
      createdAt: '2026-11-21T04:00:00.000Z',
      config: parseRunConfig({ policy: 'nano', steps: 4, seed: 7 }),
      levels: ['no alias', 'known', '2 stale', '3 stale', '4 stale'],
      adapter: 'google swiftshader (software)',
      start: { mean: 0.4, levels: [1, 1, 0, 0, 0] },
      stepsDone: 3,
      checkpointStep: 2,
    },
    steps: [0, 1, 2].map(stepOf),
    checkpoint: checkpointOf(2),
  };
}
