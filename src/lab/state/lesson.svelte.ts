import type { RecordedFrame, Recording } from '../../workers/recording.ts';
import { lessonIds, type LessonId } from '../lessons/ids.ts';
import { loadRecording } from '../lessons/load.ts';

/** Milliseconds a recorded step is shown for. */
const STEP_MS = 150;

/** A recorded run played step by step. */
export class Replay {
  /** Steps shown so far. */
  step = $state(0);
  playing = $state(false);
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly last: () => number) {}

  play(): void {
    if (this.step >= this.last()) this.step = 0;
    this.playing = true;
    this.timer ??= setInterval(() => this.tick(), STEP_MS);
  }

  pause(): void {
    this.playing = false;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  seek(step: number): void {
    this.pause();
    this.step = step;
  }

  private tick(): void {
    if (this.step < this.last()) this.step++;
    if (this.step >= this.last()) this.pause();
  }
}

/** The guided tour over a recording: which questions were answered, and how. */
export class Lesson {
  recording = $state.raw<Recording | undefined>();
  problem = $state<string | undefined>();
  /** The option a person chose in each lesson's question. */
  guesses = $state<Partial<Record<LessonId, number>>>({});
  revealed = $state<Partial<Record<LessonId, boolean>>>({});
  readonly replay = new Replay(() => this.recording?.runs.actguide.steps.length ?? 0);
  readonly solved = $derived(lessonIds.filter((id) => this.revealed[id]).length);

  /** How often the person has asked to watch the recorded run. */
  watched = $state(0);

  /** The latest frame that the replay has reached. */
  readonly frame = $derived.by((): RecordedFrame | undefined =>
    this.recording?.frames.findLast(({ step }) => step <= this.replay.step),
  );

  async open(): Promise<void> {
    if (this.recording) return;
    try {
      this.recording = await loadRecording();
      this.problem = undefined;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** Plays the recorded run from its start, before the person's eyes. */
  watch(): void {
    this.replay.seek(0);
    this.replay.play();
    this.watched++;
  }

  /** Shows the answer; the replay then starts for lessons that tell of training. */
  reveal(id: LessonId): void {
    this.revealed[id] = true;
  }
}
