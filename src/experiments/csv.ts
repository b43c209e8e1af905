import type { Cell, Row } from './item.ts';

/** A field of RFC 4180: quoted where it holds a comma, a quote or a line end; empty for null and what is no number. */
function field(cell: Cell | undefined): string {
  if (cell === undefined || cell === null || (typeof cell === 'number' && !Number.isFinite(cell))) return '';
  const text = String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as CSV (RFC 4180 with line feeds): a header of all their columns, in order of first appearance. */
export function csv(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns.map(field), ...rows.map((row) => columns.map((column) => field(row[column])))];
  return `${lines.map((line) => line.join(',')).join('\n')}\n`;
}
