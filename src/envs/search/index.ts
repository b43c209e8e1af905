export { aliasTable, type Alias } from './aliases.ts';
export type { Demonstration } from '../demonstration.ts';
export { demonstration, pretrainingMixture } from './demonstrations.ts';
export { guidancePlaces, type DemonstrationMixture, type GuidancePlace } from './demonstrations.ts';
export type { SearchRules, SearchState } from './dynamics.ts';
export { nodeAt, taskGraph, type GraphEdge, type GraphNode, type TaskGraph } from './graph.ts';
export { searchTaskSets, type SearchTaskSet } from './levels.ts';
export { describe, longestEpisode, MAX_PLAN as longestPlan, type Link, type SearchPuzzle } from './puzzle.ts';
export { actionTable } from './vocabulary.ts';
export {
  searchDefaults,
  searchWorld,
  type SearchTask,
  type SearchWorld,
  type SearchWorldOptions,
} from './world.ts';
