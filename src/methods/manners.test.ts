import { expect, it } from 'vitest';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { mannersOf, requireManners } from './manners.ts';

it('reads from the metadata what a policy was taught', () => {
  expect(mannersOf({ pretraining: '{"mixture":{"manners":2}}' })).toBe(2);
  for (const pretraining of ['{}', 'null', 'not JSON', '{"mixture":{"manners":"2"}}'])
    expect(mannersOf({ pretraining })).toBe(0);
  expect(mannersOf({})).toBe(0);
});

it('refuses a world whose steps the policy cannot write', () => {
  const two = parseRunConfig({ world: { manners: 2 } });
  expect(() => requireManners(two, 2)).not.toThrow();
  expect(() => requireManners(parseRunConfig({}), 0)).not.toThrow();
  expect(() => requireManners(two, 0)).toThrow('world.manners: expected 0, as the policy was pretrained');
  expect(() => requireManners(parseRunConfig({}), 2)).toThrow('expected 2');
});
