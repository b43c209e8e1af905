import type { MarkerSymbol } from '../series.ts';

/** SVG path of a symbol of `area` square pixels around the origin; the same shapes as in the charts. */
export function symbolPath(symbol: MarkerSymbol, area: number): string {
  switch (symbol) {
    case 'circle': {
      const r = Math.sqrt(area / Math.PI);
      return `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`;
    }
    case 'square': {
      const w = Math.sqrt(area);
      return `M${-w / 2},${-w / 2}h${w}v${w}h${-w}z`;
    }
    case 'triangle': {
      const side = Math.sqrt((4 * area) / Math.sqrt(3));
      const height = (side * Math.sqrt(3)) / 2;
      return `M0,${(-2 * height) / 3}L${side / 2},${height / 3}H${-side / 2}Z`;
    }
    case 'diamond2': {
      const r = Math.sqrt(area / 2);
      return `M0,${-r}L${r},0L0,${r}L${-r},0Z`;
    }
    case 'star': {
      const outer = Math.sqrt(area * 0.89);
      const corner = (i: number): string => {
        const r = i % 2 ? outer * 0.382 : outer;
        const angle = (Math.PI * i) / 5 - Math.PI / 2;
        return `${r * Math.cos(angle)},${r * Math.sin(angle)}`;
      };
      return `M${Array.from({ length: 10 }, (_, i) => corner(i)).join('L')}Z`;
    }
  }
  symbol satisfies never;
}
