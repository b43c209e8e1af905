import { LabError } from '../../core/errors.ts';
import type { Recording } from '../../workers/recording.ts';

/** The recorded lesson, beside the page. @throws LabError when it cannot be had. */
export async function loadRecording(): Promise<Recording> {
  const url = new URL('recordings/lessons.json', document.baseURI);
  const response = await fetch(url).catch((error: unknown) => {
    throw new LabError(
      `lessons: expected ${url.pathname}, got no answer (${String(error)}). Check the connection and reload.`,
    );
  });
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/html'))
    throw new LabError(
      `lessons: expected the recording ${url.pathname}, got ${response.ok ? 'a web page' : `status ${response.status}`}. ` +
        'Is recordings/lessons.json missing on the server?',
    );
  const recording = (await response.json()) as Recording;
  if ((recording.format as number) !== 1)
    throw new LabError(
      `lessons: expected a recording of format 1, got ${String(recording.format)}. Reload the page without its cache.`,
    );
  return recording;
}
