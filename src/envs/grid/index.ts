export type { Demonstration } from '../demonstration.ts';
export { demonstration, gridMixture, type GridMixture } from './demonstrations.ts';
export type { GridRules, GridState } from './dynamics.ts';
export { describe, longestEpisode } from './guide.ts';
export { lockTable, type Lock } from './locks.ts';
export { gridPicture, type GridPicture, type PictureCell } from './picture.ts';
export type { Door, GridPuzzle } from './puzzle.ts';
export { actionTable } from './vocabulary.ts';
export { gridDefaults, gridWorld, type GridTask, type GridWorld, type GridWorldOptions } from './world.ts';
