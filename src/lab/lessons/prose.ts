/** A piece of a lesson's text. */
export interface Piece {
  readonly kind: 'text' | 'math' | 'strong';
  readonly text: string;
}

/** Splits `plain $x^2$ and *strong*` into pieces. A lone `$` or `*` stays text. */
export function pieces(text: string): Piece[] {
  return text
    .split(/(\$[^$]+\$|\*[^*]+\*)/)
    .filter((part) => part !== '')
    .map((part) =>
      part.length > 2 && part.startsWith('$') && part.endsWith('$')
        ? { kind: 'math', text: part.slice(1, -1) }
        : part.length > 2 && part.startsWith('*') && part.endsWith('*')
          ? { kind: 'strong', text: part.slice(1, -1) }
          : { kind: 'text', text: part },
    );
}
