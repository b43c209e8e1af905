/** Milliseconds between two batches: about one a frame. */
const FRAME_MS = 16;

/** Collects events and sends them in order, about one batch a frame; of progress only the latest matters. */
export class Outbox<Event extends { readonly type: string }> {
  private waiting: Event[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the last batch has been taken in. */
  private delivery: Promise<unknown> = Promise.resolve();

  constructor(private readonly listener: (events: readonly Event[]) => unknown) {}

  push(event: Event): void {
    const last = this.waiting.at(-1);
    if (last && last.type === event.type && (event.type === 'progress' || event.type === 'barrierProgress'))
      this.waiting[this.waiting.length - 1] = event;
    else this.waiting.push(event);
    this.timer ??= setTimeout(() => void this.flush(), FRAME_MS);
  }

  /** Sends what waits. Resolves once the listener has taken in all there was, so that an answer cannot overtake it. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      this.delivery = Promise.resolve(this.listener(batch)).catch((error: unknown) => console.error(error));
    }
    await this.delivery;
  }
}
