/** A loop from 0 to a constant whose head ends in the comment `// unroll`. */
const HEAD = /for \(var (\w+) = 0u; \1 < (\w+?)u?; \1\+\+\) \{ \/\/ unroll\n/;

/**
 * WGSL with every loop that is marked `// unroll` written out, the loop variable a literal in each copy. Local arrays then
 * have constant indices, and compilers keep them in registers: SwiftShader, which unrolls nothing by itself, is several
 * times faster for it. The marked text is valid WGSL with the same meaning.
 * @throws Error for a bound that no `const NAME = <number>u` of the text defines.
 */
export function unrolled(wgsl: string): string {
  let text = wgsl;
  for (let head = HEAD.exec(text); head; head = HEAD.exec(text)) {
    const [marked, variable, bound] = head;
    const start = head.index + marked.length;
    const end = closing(text, start);
    const body = text.slice(start, end);
    const copies = Array.from({ length: count(text, bound) }, (_, i) => {
      // Braces keep what a copy declares to itself.
      return `{\n${body.replace(new RegExp(`\\b${variable}\\b`, 'g'), `${i}u`)}}\n`;
    });
    text = text.slice(0, head.index) + copies.join('') + text.slice(end + 1);
  }
  return text;
}

/** Index of the brace that closes the block whose inside starts at `start`. */
function closing(text: string, start: number): number {
  let depth = 1;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '{') depth++;
    if (text[i] === '}' && --depth === 0) return i;
  }
  throw new Error('unrolled: expected a closing brace, found none. Close the loop.');
}

function count(text: string, bound: string): number {
  if (/^\d+$/.test(bound)) return Number(bound);
  const value = new RegExp(`const ${bound} = (\\d+)u;`).exec(text);
  if (!value) throw new Error(`unrolled: expected a number in const ${bound}, found none. Define it so.`);
  return Number(value[1]);
}

/** WGSL in which the overrides and constants (u32) that `values` names are constants of those values, {@link unrolled}. */
export function specialized(wgsl: string, values: Readonly<Record<string, number>>): string {
  const text = wgsl.replace(
    /(?:override (\w+): u32 = \d+|const (\w+) = \d+u);/g,
    (whole, ...names: string[]) => {
      const name = names[0] ?? names[1];
      return name in values ? `const ${name} = ${values[name]}u;` : whole;
    },
  );
  return unrolled(text);
}
