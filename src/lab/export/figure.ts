/** Properties that colour and size what a chart draws; the theme's variables are resolved in them. */
const painted = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'stroke-linecap',
  'stroke-opacity',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'font-style',
  'text-anchor',
  'paint-order',
] as const;

const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = 16;
const TITLE = 30;

/**
 * A figure of the page as one SVG that stands alone: every `svg` inside `root`, and every element with `data-text`
 * as text, each where it is on the screen, in the colours of the theme.
 */
export function figureSvg(root: HTMLElement, title: string): SVGSVGElement {
  const frame = root.getBoundingClientRect();
  const width = Math.ceil(Math.max(frame.width, root.scrollWidth)) + 2 * MARGIN;
  const height = Math.ceil(frame.height) + 2 * MARGIN + TITLE;
  const style = getComputedStyle(root);
  const figure = make('svg', { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` });
  const paper = getComputedStyle(document.documentElement).getPropertyValue('--surface').trim() || 'white';
  figure.append(make('rect', { width, height, fill: paper }));
  const name = make('title', {});
  name.textContent = title;
  figure.append(name, text(title, MARGIN, MARGIN + 14, style, 600));
  const place = (element: Element): { x: number; y: number; width: number; height: number } => {
    const box = element.getBoundingClientRect();
    return {
      x: box.left - frame.left + root.scrollLeft + MARGIN,
      y: box.top - frame.top + MARGIN + TITLE,
      width: box.width,
      height: box.height,
    };
  };
  for (const svg of root.querySelectorAll('svg')) {
    if (svg.closest('[data-no-export]') || svg.parentElement?.closest('svg')) continue;
    const box = place(svg);
    if (box.width === 0 || box.height === 0) continue;
    const copy = svg.cloneNode(true) as SVGSVGElement;
    inline(svg, copy);
    for (const [key, value] of Object.entries(box)) copy.setAttribute(key, String(value));
    if (!copy.hasAttribute('viewBox')) copy.setAttribute('viewBox', `0 0 ${box.width} ${box.height}`);
    figure.append(copy);
  }
  for (const element of root.querySelectorAll<HTMLElement>('[data-text]')) {
    const box = place(element);
    const look = getComputedStyle(element);
    const words = element.textContent?.trim() ?? '';
    if (element.dataset.text === 'vertical') {
      const label = text(words, 0, 0, look);
      label.setAttribute(
        'transform',
        `translate(${box.x + box.width / 2 + 4},${box.y + box.height}) rotate(-90)`,
      );
      figure.append(label);
    } else figure.append(text(words, box.x, box.y + box.height * 0.75, look));
  }
  return figure;
}

function make<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function text(
  words: string,
  x: number,
  y: number,
  style: CSSStyleDeclaration,
  weight: number | string = style.fontWeight,
): SVGTextElement {
  const element = make('text', {
    x,
    y,
    fill: style.color,
    'font-family': style.fontFamily,
    'font-size': style.fontSize,
    'font-weight': weight,
    'font-style': style.fontStyle,
  });
  element.textContent = words;
  return element;
}

/** Writes the computed look of every element onto its copy, and drops what a picture does not need. */
function inline(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const name of painted) {
    const value = style.getPropertyValue(name);
    if (value) to.setAttribute(name, value);
  }
  to.removeAttribute('class');
  to.removeAttribute('style');
  for (const { name } of [...to.attributes]) if (name.startsWith('on')) to.removeAttribute(name);
  const children = [...to.children];
  [...from.children].forEach((child, i) => inline(child, children[i]));
}

/** An SVG as a file's text. */
export const svgText = (svg: SVGSVGElement): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`;

/** An SVG as pixels, `scale` of them for each of its own. @throws Error when the browser cannot draw it. */
export async function svgToPng(svg: SVGSVGElement, scale = 2): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svgText(svg)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode().catch(() => {
      throw new Error('export: expected a picture, the browser could not draw it. Save it as SVG.');
    });
    const canvas = document.createElement('canvas');
    canvas.width = Number(svg.getAttribute('width')) * scale;
    canvas.height = Number(svg.getAttribute('height')) * scale;
    const context = canvas.getContext('2d');
    if (!context) throw new Error('export: expected a 2D canvas, got none. Save the chart as SVG instead.');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) =>
          blob ? resolve(blob) : reject(new Error('export: expected a picture, got none. Save it as SVG.')),
        'image/png',
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
