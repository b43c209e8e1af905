/** What a key does; `keys` is how it is written for people. */
export interface Shortcut {
  readonly key: string;
  readonly keys: string;
  readonly what: string;
  readonly run: () => void;
}

const typing =
  'input:not([type=radio]):not([type=checkbox]):not([type=range]):not([type=file]), textarea, select';

/** The shortcut that a key press asks for, unless a person is typing or a control takes the key itself. */
export function shortcutFor(
  {
    key,
    ctrlKey,
    metaKey,
    altKey,
    target,
  }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'target'>,
  shortcuts: readonly Shortcut[],
): Shortcut | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const element = target as Element | null;
  const closest = (selector: string): boolean => Boolean(element?.closest?.(selector));
  if (closest(typing) || closest('dialog[open]')) return undefined;
  // Arrows and the space bar belong to the control that has the focus.
  if (key.length !== 1 || key === ' ')
    if (closest('button, a, input, summary, [tabindex="0"]')) return undefined;
  return shortcuts.find((shortcut) => shortcut.key === key);
}
