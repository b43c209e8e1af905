import 'fake-indexeddb/auto';
import { beforeEach, expect, it } from 'vitest';
import { RunStore } from '../../storage/index.ts';
import { checkpointOf, stepOf, storedRun } from '../../storage/testing/storedRun.ts';
import { Recorder } from './recorder.ts';

let store: RunStore;
let recorder: Recorder;
let checkpoints: number[];
let failures: unknown[];
let steps = 0;
let name = 0;
const { config, start } = storedRun().run;

beforeEach(async () => {
  store = await RunStore.open(`recorder-${name++}`);
  checkpoints = [];
  failures = [];
  recorder = new Recorder({
    store,
    checkpoint: async () => {
      checkpoints.push(steps);
      return checkpointOf(steps);
    },
    facts: () => ({ adapter: 'swiftshader', levels: ['a', 'b'] }),
    changed: () => undefined,
    failed: (error) => failures.push(error),
  });
});

const step = (n: number) => recorder.take({ type: 'step', step: (steps = n), metrics: stepOf(n - 1) });

it('keeps a run step by step, with its weights when it is evaluated and when it ends', async () => {
  recorder.take({ type: 'started', config, step: 0 });
  recorder.take({ type: 'evaluation', step: 0, success: start! });
  step(1);
  step(2);
  recorder.take({ type: 'evaluation', step: 2, success: start! });
  await recorder.settled();
  expect(checkpoints).toEqual([2]);
  step(3);
  recorder.take({ type: 'stopped', step: 3 });
  await recorder.settled();
  expect(checkpoints).toEqual([2, 3]);
  const [run] = await store.list();
  expect(run).toMatchObject({
    name: 'ActGuide · nano · seed 7',
    start,
    stepsDone: 3,
    checkpointStep: 3,
    adapter: 'swiftshader',
    levels: ['a', 'b'],
  });
  expect(await store.steps(run.id)).toEqual([0, 1, 2].map(stepOf));
  expect(failures).toEqual([]);
});

it('does not keep the same weights twice, nor those of a run without a step', async () => {
  recorder.take({ type: 'started', config, step: 0 });
  recorder.take({ type: 'stopped', step: 0 });
  step(1);
  recorder.take({ type: 'paused', step: 1 });
  recorder.take({ type: 'stopped', step: 1 });
  await recorder.settled();
  expect(checkpoints).toEqual([1]);
});

it('goes on with a kept run instead of making another', async () => {
  const id = await store.import((await import('../../storage/index.ts')).encodeRun(storedRun()));
  await store.rewind(id, 2);
  recorder.continue(id);
  recorder.take({ type: 'started', config, step: 2 });
  step(3);
  await recorder.settled();
  expect((await store.list()).map((run) => [run.id, run.stepsDone])).toEqual([[id, 3]]);
});
