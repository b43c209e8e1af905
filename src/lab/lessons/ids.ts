/** Lessons of the tour in order, as a link names them. */
export const lessonIds = ['policy', 'barrier', 'samples', 'plan', 'search', 'learning', 'too-much'] as const;
export type LessonId = (typeof lessonIds)[number];
