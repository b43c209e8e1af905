import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testGpu } from '../../test/gpu.ts';
import { shipped } from '../../test/shipped.ts';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { exportOnnx } from '../policy/onnx/exportOnnx.ts';
import type { RerollRequest } from './handsOn.ts';
import type { TrainerEvent } from './protocol.ts';
import { TrainerSession } from './trainerSession.ts';

/** The shipped policy under a name of somebody who pretrained it on thoughts with two free tokens. */
let thinker: Uint8Array;
let plain: Uint8Array;
const metadata = { pretraining: JSON.stringify({ mixture: { manners: 2 } }), author: 'somebody' };

beforeAll(async () => {
  await testGpu();
  const inNode = (globalThis as { testGpu?: GPU }).testGpu;
  if (inNode) vi.stubGlobal('navigator', { gpu: inNode });
  const { config, parameters } = await shipped('nano');
  plain = exportOnnx(config, parameters);
  thinker = exportOnnx(config, parameters, metadata);
});
afterAll(() => vi.unstubAllGlobals());

const config = parseRunConfig({
  policy: 'nano',
  steps: 4,
  tasksPerStep: 2,
  groupSize: 2,
  minibatches: 1,
  warmupUpdates: 1,
  evalEvery: 4,
  evalTasks: 1,
  world: { manners: 2 },
});

/** A session with a policy in place, and a wait for its events. */
async function opened(policy: Uint8Array) {
  const session = new TrainerSession();
  const events: TrainerEvent[] = [];
  await session.connect((batch) => void events.push(...batch));
  await session.loadFile(policy);
  const seen = (type: TrainerEvent['type'], step: number) =>
    expect
      .poll(() => events.some((event) => event.type === type && 'step' in event && event.step === step), {
        timeout: 60_000,
      })
      .toBe(true);
  return { session, events, seen };
}

describe('a kept run', () => {
  it('of a policy with free thoughts goes on bit for bit in another session, from what is kept of it', async () => {
    const { session, seen } = await opened(thinker);
    await session.setWorld({ manners: 2 });
    await session.start(config, true);
    await seen('paused', 1);
    const kept = structuredClone(await session.checkpoint());
    expect(kept.base.metadata).toEqual(metadata);
    await session.step();
    await seen('paused', 2);
    const after = await session.checkpoint();

    const later = await opened(plain);
    await expect(later.session.setWorld({ manners: 2 })).rejects.toThrow('world.manners: expected 0');
    const loaded = await later.session.loadKept(kept.base, { manners: 2 });
    expect(loaded).toMatchObject({ origin: 'kept', manners: 2, policy: { name: 'nano' } });
    await later.session.resumeRun(config, kept.trainer);
    await later.seen('started', 1);
    await later.session.step();
    await later.seen('paused', 2);
    const again = await later.session.checkpoint();
    expect(again.trainer.stepsDone).toBe(2);
    expect(again.trainer).toEqual(after.trainer);
    expect(again.trainer.policy.parameters).not.toEqual(kept.trainer.policy.parameters);

    // A base whose file did not say how it was pretrained writes no free thoughts: what is there stays.
    const { metadata: _, ...silent } = kept.base;
    await expect(later.session.loadKept(silent, { manners: 2 })).rejects.toThrow('expected 0');
    expect((await later.session.checkpoint()).trainer.stepsDone).toBe(2);
    await Promise.all([session.stop(), later.session.stop()]);
  });
});

describe('a run that cannot begin', () => {
  const first = parseRunConfig({ ...config, world: {} });
  const nonsense = parseRunConfig({
    ...first,
    demonstrations: [
      { task: 'no such task', actions: [{ tool: 'answer', argument: 'Ada' }], source: 'own', reward: 1 },
    ],
  });

  it('leaves the policy that was loaded, and no run over one that is gone', async () => {
    const { session, seen, events } = await opened(plain);
    const before = (await session.trajectory({ task: { seed: 1, level: 1, index: 0 }, k: 0, seed: 3 })).turns;
    await session.start(first, true);
    await seen('paused', 1);
    expect((await session.lastStep())?.step).toBe(1);

    await expect(session.start(nonsense, true)).rejects.toThrow('no such task');
    expect(await session.lastStep()).toBeNull();
    expect(await session.lastActions()).toEqual([]);
    await expect(session.checkpoint()).rejects.toThrow('expected a run, found none');
    await session.step();
    const now = await session.trajectory({ task: { seed: 1, level: 1, index: 0 }, k: 0, seed: 3 });
    expect(now).toMatchObject({ step: 0, turns: before });

    events.length = 0;
    await session.start(first, true);
    await seen('paused', 1);
    await session.stop();
  });
});

describe('re-rolls', () => {
  const request = (id: string): RerollRequest => ({
    id,
    task: { seed: 1, level: 1, index: 0 },
    turns: [],
    plan: [],
    samples: 64,
    seed: 0,
  });

  it('are stopped by name, whichever was asked for last', async () => {
    const { session } = await opened(plain);
    const ignore = (): void => undefined;
    const whole = session.reroll(request('whole'), ignore);
    const cut = session.reroll(request('cut'), ignore);
    const last = session.reroll(request('last'), ignore);
    await session.stopReroll('cut');
    await session.stopReroll('nobody');
    expect((await whole).samples).toBe(64);
    expect((await cut).samples).toBe(0);
    expect((await last).returned).toEqual((await whole).returned);
    await session.stopReroll('whole');
    expect((await session.reroll(request('whole'), ignore)).samples).toBe(64);
  });
});
