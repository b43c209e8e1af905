import { expect, it } from 'vitest';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { ITEM_SCHEMA, type ItemFile } from '../experiments/index.ts';
import { verdict, type Claim } from '../experiments/verdict.ts';
import { reportHtml } from './reportHtml.ts';

const claim: Claim = {
  claim: 'More is better.',
  statistic: 'more − less',
  per: 'seed',
  side: 'above',
  threshold: 0,
  paper: null,
  investigation: { finding: 'Less has <enough>.', tryIt: null },
};
const file: ItemFile = {
  schema: ITEM_SCHEMA,
  item: 'table0',
  title: 'More',
  reference: 'Table 0',
  design: 'More against less.',
  done: true,
  provenance: {},
  context: { base: 'micro', run: parseRunConfig({}), seeds: [1, 2, 3], quick: false },
  model: null,
  runs: [],
  wallMs: 0,
  paper: null,
  tables: [],
  verdicts: [],
  figure: null,
};
const html = (values: number[]) =>
  reportHtml([{ file: { ...file, verdicts: [verdict(claim, values)] }, svg: null }]);

it('says why beside a claim that does not hold or is undecided, and only there', () => {
  expect(html([-1, -1.1, -0.9])).toContain('<p class="why">Less has &lt;enough&gt;.</p>');
  expect(html([-1, 1, 0.5])).toContain('Less has &lt;enough&gt;.');
  expect(html([1, 1.1, 0.9])).not.toContain('Less has');
  expect(html([])).not.toContain('Less has');
});

it('gives mean, interval, data and effect size, and counts the claims by their verdict', () => {
  expect(html([-0.011, -0.012, -0.0104])).toContain(
    '<span class="n">−0.011 [−0.013, −0.009]</span><br><small>3 seeds, effect size −13.8</small>',
  );
  expect(html([1, 1.1, 0.9])).toContain('Of 1 claims 1 hold, 0 do not hold and 0 are undecided');
  expect(html([-1, 1, 0.5])).toContain('Of 1 claims 0 hold, 0 do not hold and 1 are undecided');
});
