import type { Remote } from 'comlink';
import { expectTypeOf, it } from 'vitest';
import type { RunConfig } from '../actguide/config.ts';
import type {
  BarrierView,
  LoadedPolicy,
  ProbeApi,
  OrtProbeApi,
  TrainerApi,
  TrainerEvent,
} from './protocol.ts';
import type { TrainerSession } from './trainerSession.ts';

it('keeps its types across the worker boundary', () => {
  expectTypeOf<TrainerSession>().toExtend<TrainerApi>();
  expectTypeOf<Remote<TrainerApi>>().toExtend<ProbeApi>();
  expectTypeOf<Remote<OrtProbeApi>>().toExtend<ProbeApi>();
  expectTypeOf<Remote<TrainerApi>['load']>().returns.resolves.toEqualTypeOf<LoadedPolicy>();
  expectTypeOf<Remote<TrainerApi>['start']>().parameters.toEqualTypeOf<
    [config: RunConfig, paused: boolean]
  >();
  expectTypeOf<Remote<TrainerApi>['barrierProfile']>().returns.resolves.toEqualTypeOf<BarrierView>();
  expectTypeOf<Extract<TrainerEvent, { type: 'progress' }>['phase']>().toEqualTypeOf<
    'rollout' | 'search' | 'update' | 'evaluate'
  >();
});
