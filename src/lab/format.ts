/** A number for a table or a readout: three significant digits, no trailing noise. */
export function number(value: number | undefined | null): string {
  if (value === undefined || value === null) return '–';
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1);
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** A duration in words, coarse on purpose: `under 5 s`, `40 s`, `3 min`, `1 h 20 min`. */
export function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 5) return 'under 5 s';
  if (seconds < 90) return `${Math.ceil(seconds / 5) * 5} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What is left of something, in words: `under 5 s left`, `about 40 s left`. */
export const timeLeft = (ms: number): string => `${ms > 4000 ? 'about ' : ''}${duration(ms)} left`;

/** A share as a percentage: whole, or with one digit below 10 %. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)}\u00a0%`;
}

/** A number of bytes in words: `812 kB`, `3.4 MB`. */
export function bytes(count: number): string {
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`;
  return count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e9).toFixed(1)} GB`;
}
