import { expect, it } from 'vitest';
import { pieces } from './prose.ts';

it('tells formulas and stressed words from text', () => {
  expect(pieces('At level $k$ the *least* plan')).toEqual([
    { kind: 'text', text: 'At level ' },
    { kind: 'math', text: 'k' },
    { kind: 'text', text: ' the ' },
    { kind: 'strong', text: 'least' },
    { kind: 'text', text: ' plan' },
  ]);
  expect(pieces('k* costs 5 $')).toEqual([{ kind: 'text', text: 'k* costs 5 $' }]);
});
