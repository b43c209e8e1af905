import { expect, it } from 'vitest';
import { shortcutFor, type Shortcut } from './shortcuts.ts';

const shortcuts: Shortcut[] = [
  { key: 'r', keys: 'r', what: 'runs', run: () => undefined },
  { key: ' ', keys: 'Space', what: 'start', run: () => undefined },
  { key: 'ArrowRight', keys: '→', what: 'next', run: () => undefined },
];
/** An event on an element that matches only selectors holding `tag`. */
const press = (key: string, tag?: string, more: object = {}) =>
  shortcutFor(
    {
      key,
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      target: {
        closest: (selector: string) => (tag && selector.includes(tag) ? {} : null),
      } as unknown as Element,
      ...more,
    },
    shortcuts,
  )?.what;

it('finds a shortcut by its key', () => {
  expect(press('r')).toBe('runs');
  expect(press('x')).toBeUndefined();
});

it('leaves keys to whoever types, to open dialogs and to the browser', () => {
  expect(press('r', 'textarea')).toBeUndefined();
  expect(press('r', 'dialog')).toBeUndefined();
  expect(press('r', undefined, { ctrlKey: true })).toBeUndefined();
});

it('leaves arrows and the space bar to the focused control, but not letters', () => {
  expect(press('ArrowRight')).toBe('next');
  expect(press('ArrowRight', 'button')).toBeUndefined();
  expect(press(' ', 'button')).toBeUndefined();
  expect(press('r', 'button')).toBe('runs');
});
