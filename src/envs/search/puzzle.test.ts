import { describe as suite, expect, it } from 'vitest';
import { Random } from '../../core/random.ts';
import { aliasTable } from './aliases.ts';
import {
  describe,
  drawPuzzle,
  expertSteps,
  promptTokens,
  questionTokens,
  type SearchPuzzle,
} from './puzzle.ts';
import { text, words } from './vocabulary.ts';

const ids = (line: string) => line.split(' ').map((word) => words.indexOf(word));
const [ada, bo, cleo, dov] = ids('Ada Bo Cleo Dov');
const [heron, press, court] = ids('Heron press court');

/** Ada -mother-> Bo (behind Heron) -friend-> Cleo -rival-> Dov; expertise does not read the links. */
const puzzle: SearchPuzzle = {
  start: ada,
  relations: ids('mother friend rival'),
  path: [ada, bo, cleo, dov],
  links: [],
  gateHop: 1,
  aliases: [{ alias: heron, right: press, prior: court, stale: true }],
};

suite('puzzle', () => {
  it('in English', () => {
    expect(describe(puzzle)).toBe('Who is the rival of the friend of the mother of Ada?');
  });

  it('expert: tool, thought, argument', () => {
    const steps = expertSteps(puzzle).map(({ tool, thought, argument }) => text([tool, thought, argument]));
    expect(steps).toEqual([
      'visit start Ada',
      'visit mother Bo',
      'search stuck press',
      'visit friend Cleo',
      'answer rival Dov',
    ]);
  });

  it('Eq. 6: the prompt under g_0 and g_3 holds tools and arguments, no thoughts', () => {
    const question = questionTokens(puzzle);
    expect(text(promptTokens(question, []))).toBe('<bos> question Ada mother friend rival go');
    expect(text(promptTokens(question, expertSteps(puzzle).slice(0, 3)))).toBe(
      '<bos> question Ada mother friend rival plan visit Ada visit Bo search press endplan go',
    );
  });

  it('draws entities, relations and the hop of the aliases uniformly', () => {
    const drawn = Array.from({ length: 3000 }, (_, i) =>
      drawPuzzle(new Random(1, i), 3, aliasTable.slice(0, 1)),
    );
    const share = (test: (p: SearchPuzzle) => boolean) => drawn.filter(test).length / drawn.length;
    expect(share((p) => p.start === ada)).toBeCloseTo(1 / 24, 1.5);
    expect(share((p) => p.path[3] === dov)).toBeCloseTo(1 / 24, 1.5);
    expect(share((p) => p.relations[0] === puzzle.relations[0])).toBeCloseTo(1 / 6, 1.5);
    for (const hop of [0, 1, 2]) expect(share((p) => p.gateHop === hop)).toBeCloseTo(1 / 3, 1.3);
    for (const place of [0, 1, 2])
      expect(share((p) => p.links[1][place].entity === p.path[2])).toBeCloseTo(1 / 3, 1.3);
  });
});
