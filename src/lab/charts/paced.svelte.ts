import { untrack } from 'svelte';
import { inTurn } from '../turns.ts';

/**
 * What a chart draws, a moment behind what there is to draw: when a step changes many charts at once, each is drawn in
 * a task of its own (see `inTurn`). To be made while a component is.
 */
export class Paced<T> {
  current: T = $state.raw() as T;

  constructor(latest: () => T) {
    this.current = untrack(latest);
    let next = this.current;
    let takeBack: (() => void) | undefined;
    // A newer value takes the older one's place in the queue: else the last charts would never get their turn where steps
    // come faster than all are drawn.
    $effect(() => {
      next = latest();
      takeBack ??= inTurn(() => {
        takeBack = undefined;
        this.current = next;
      });
    });
    $effect(() => () => takeBack?.());
  }
}
