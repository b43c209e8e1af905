import { LabError } from '../../core/errors.ts';
import type { Recording } from '../../workers/recording.ts';
import { shippedFile } from '../shipped.ts';

/** The recorded lesson, beside the page. @throws LabError when it cannot be had. */
export async function loadRecording(): Promise<Recording> {
  const recording = (await (await shippedFile('lessons', 'recordings/lessons.json')).json()) as Recording;
  if ((recording.format as number) !== 1)
    throw new LabError(
      `lessons: expected a recording of format 1, got ${String(recording.format)}. Reload the page without its cache.`,
    );
  return recording;
}
