import type * as Temml from 'temml';

let setter: Promise<typeof Temml> | undefined;

/** TeX as MathML, by temml, which is fetched with the first formula. */
export async function typeset(tex: string, display: boolean): Promise<string> {
  setter ??= import('temml');
  const { default: temml } = await setter;
  return temml.renderToString(tex, { displayMode: display, throwOnError: true, annotate: true });
}
