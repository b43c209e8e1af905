const barWidth = 24;
const redrawMs = 100;

/** `1:05` or `2:03:04` of a duration in milliseconds. */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/**
 * Progress on stderr: a bar that redraws itself on a terminal, and a line at every tenth elsewhere,
 * so that a log stays readable. Stdout is left to results.
 */
export class Progress {
  private readonly started = performance.now();
  private drawnAt = -Infinity;
  private printedTenth = 0;

  constructor(
    private readonly title: string,
    private readonly total: number,
    private readonly stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'> = process.stderr,
  ) {}

  /** `done` of `total`; `text` says what the last unit brought. */
  update(done: number, text = ''): void {
    const fraction = this.total > 0 ? Math.min(1, done / this.total) : 1;
    const elapsed = performance.now() - this.started;
    const left = fraction > 0 && fraction < 1 ? `, ${clock((elapsed / fraction) * (1 - fraction))} left` : '';
    const status = `${this.title} ${done}/${this.total} ${clock(elapsed)}${left} ${text}`.trimEnd();
    if (this.stream.isTTY) {
      const now = performance.now();
      if (fraction < 1 && now - this.drawnAt < redrawMs) return;
      this.drawnAt = now;
      const filled = Math.round(fraction * barWidth);
      const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
      this.stream.write(`\r\x1b[2K${`${bar} ${status}`.slice(0, (this.stream.columns || 80) - 1)}`);
    } else {
      const tenth = Math.floor(fraction * 10);
      if (tenth <= this.printedTenth) return;
      this.printedTenth = tenth;
      this.stream.write(`${status}\n`);
    }
  }

  /** Wipes the bar, so that something else can be printed; the next update draws it again. */
  clear(): void {
    this.drawnAt = -Infinity;
    if (this.stream.isTTY) this.stream.write('\r\x1b[2K');
  }
}
