import type { TrajectoryView } from '../../workers/protocol.ts';

/** What the policy read last before a turn: the reply to the turn before, or the question. */
export function lastWords({ turns }: TrajectoryView, turn: number, question: string): string {
  return turn === 0 ? question : turns[turn - 1].observation;
}
