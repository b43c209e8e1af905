import type { Recording } from '../../workers/recording.ts';
import type { Lesson } from '../state/lesson.svelte.ts';

/** What a lesson's panel gets. */
export interface LessonProps {
  readonly recording: Recording;
  readonly lesson: Lesson;
  /** Whether the question was answered, and the panel may show what it asked about. */
  readonly revealed: boolean;
}
