/** Milliseconds between two batches: about one a frame. */
const FRAME_MS = 16;

/** Collects events and sends them in order, about one batch a frame; of progress only the latest matters. */
export class Outbox<Event extends { readonly type: string }> {
  private waiting: Event[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly listener: (events: readonly Event[]) => void) {}

  push(event: Event): void {
    const last = this.waiting.at(-1);
    if (last && last.type === event.type && (event.type === 'progress' || event.type === 'barrierProgress'))
      this.waiting[this.waiting.length - 1] = event;
    else this.waiting.push(event);
    this.timer ??= setTimeout(() => this.flush(), FRAME_MS);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting.length === 0) return;
    const batch = this.waiting;
    this.waiting = [];
    this.listener(batch);
  }
}
