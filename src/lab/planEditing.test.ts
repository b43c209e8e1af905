import { expect, it } from 'vitest';
import {
  cutAt,
  cutUnder,
  deleteAction,
  grownTo,
  insertAction,
  partsOf,
  planActions,
  replaceAction,
} from './planEditing.ts';

const draft = { actions: ['visit Ada', 'search press', 'answer Bo'], cut: 2 };

it('reads actions where commas, semicolons or lines end them', () => {
  expect(planActions(' visit Ada, search press;\n answer Bo,, ')).toEqual(draft.actions);
  expect(planActions('')).toEqual([]);
});

it('cuts within the plan', () => {
  expect([-1, 0, 2, 9].map((cut) => cutAt(draft, cut).cut)).toEqual([0, 0, 2, 3]);
});

it('keeps the cut between its neighbours', () => {
  expect(deleteAction(draft, 0)).toEqual({ actions: ['search press', 'answer Bo'], cut: 1 });
  expect(deleteAction(draft, 2)).toEqual({ actions: ['visit Ada', 'search press'], cut: 2 });
  expect(insertAction(draft, 1, 'visit Cleo')).toEqual({
    actions: ['visit Ada', 'visit Cleo', 'search press', 'answer Bo'],
    cut: 3,
  });
  expect(insertAction(draft, 2, 'visit Cleo').cut).toBe(3);
  expect(insertAction(draft, 3, 'visit Cleo').cut).toBe(2);
  expect(replaceAction(draft, 1, 'search court')).toEqual({
    actions: ['visit Ada', 'search court', 'answer Bo'],
    cut: 2,
  });
});

it('takes in an action that came from elsewhere', () => {
  expect(grownTo(draft, ['visit Ada', 'visit Eli', 'search press', 'answer Bo']).cut).toBe(3);
  expect(grownTo(draft, ['visit Ada', 'search press', 'answer Bo', 'visit Eli']).cut).toBe(2);
});

it('finds the cut under a pointer among rows of actions', () => {
  const box = (left: number, top: number) => ({ left, right: left + 100, top, bottom: top + 30 });
  const boxes = [box(0, 0), box(110, 0), box(0, 40), box(110, 40)];
  expect(cutUnder(boxes, 10, 15)).toBe(0);
  expect(cutUnder(boxes, 60, 15)).toBe(1);
  expect(cutUnder(boxes, 500, 15)).toBe(2);
  expect(cutUnder(boxes, 10, 55)).toBe(2);
  expect(cutUnder(boxes, 500, 55)).toBe(4);
  expect(cutUnder(boxes, 500, 500)).toBe(4);
  expect(cutUnder(boxes, 500, -20)).toBe(0);
});

it('tells tool and argument apart', () => {
  expect(partsOf('visit Ada')).toEqual({ tool: 'visit', argument: 'Ada' });
});
