import { describe, expect, it } from 'vitest';
import { policySizes } from '../policy/types.ts';
import { requireFit } from './worldFit.ts';

const policy = (manners: number) => ({
  config: policySizes.nano,
  metadata: { pretraining: JSON.stringify({ mixture: { manners } }) },
});

describe('requireFit', () => {
  it('takes every world whose steps and episodes the policy can read', () => {
    requireFit({ name: 'search', options: {} }, policy(0));
    requireFit({ name: 'search', options: { maxTurns: 33 } }, policy(0));
    requireFit({ name: 'search', options: { manners: 4 } }, policy(4));
    requireFit({ name: 'grid', options: { maxTurns: 33 } }, policy(0));
    requireFit({ name: 'grid', options: {} }, { config: policySizes.nano, metadata: {} });
  });

  it('refuses other manners than those of pretraining, and episodes longer than the context', () => {
    expect(() => requireFit({ name: 'search', options: {} }, policy(2))).toThrow(
      /^--manners: expected 2, as the policy was pretrained with, got 0\. .* set it to 2, or open a policy/,
    );
    expect(() => requireFit({ name: 'search', options: { manners: 1 } }, policy(0))).toThrow(
      /^--manners: expected 0, .* got 1\./,
    );
    expect(() => requireFit({ name: 'search', options: { manners: 4, maxTurns: 33 } }, policy(4))).toThrow(
      '--max-turns: expected episodes of up to 384 tokens, the context of the policy, got 512 with 33 turns and 4 ' +
        'manners. Lower it.',
    );
    expect(() =>
      requireFit(
        { name: 'grid', options: { maxTurns: 33 } },
        { config: { ...policySizes.nano, context: 200 }, metadata: {} },
      ),
    ).toThrow(/^--max-turns: expected episodes of up to 200 tokens, .* with 33 turns\. Lower it\.$/);
  });
});
