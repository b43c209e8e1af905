import type * as Temml from 'temml';

let setter: Promise<typeof Temml> | undefined;

/** TeX as MathML, by temml, which is fetched with the first formula. */
export async function typeset(tex: string, display: boolean): Promise<string> {
  setter ??= idle().then(() => import('temml'));
  const { default: temml } = await setter;
  return temml.renderToString(tex, { displayMode: display, throwOnError: true, annotate: true });
}

/** Formulas may come a moment later than the lesson: what one can touch is loaded first. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (document.readyState === 'complete') setTimeout(resolve);
    else addEventListener('load', () => setTimeout(resolve, 400), { once: true });
  });
}
