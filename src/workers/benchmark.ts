import { suiteNames, type SuiteName } from '../bench/record.ts';
import { benchSizes } from '../bench/sizes.ts';
import { bench } from '../bench/suites.ts';
import { InputError } from '../core/errors.ts';
import { importOnnx } from '../policy/onnx/importOnnx.ts';
import type {
  BenchmarkApi,
  BenchmarkEvent,
  BenchmarkListener,
  BenchmarkRequest,
} from './benchmarkProtocol.ts';
import { storedTunings } from '../storage/index.ts';
import { errorView } from './errors.ts';
import { fetchModel } from './models.ts';
import { Outbox } from './outbox.ts';

const MOST_TURNS = 101;

/** The suites of `npm run bench`, ours alone, on a GPU device that is held only while they run. */
export class BenchmarkSession implements BenchmarkApi {
  private outbox: Outbox<BenchmarkEvent> | undefined;

  async connect(listener: BenchmarkListener): Promise<void> {
    this.outbox = new Outbox(listener);
  }

  async start(request: BenchmarkRequest, modelsUrl: string): Promise<void> {
    const { suites, ...settings } = checkedRequest(request);
    let suite: SuiteName = suites[0];
    const watch = (what: string, done: number, of: number): void =>
      this.emit({ type: 'progress', suite, what, done, of });
    const base = async () => importOnnx(await fetchModel('micro', modelsUrl));
    try {
      const results = bench({
        api: navigator.gpu,
        settings: { ...settings, watch },
        suites,
        base,
        tunings: storedTunings(),
        began: (next) => (suite = next),
      });
      for await (const result of results)
        this.emit(
          'suite' in result ? { type: 'record', record: result } : { type: 'header', header: result },
        );
      this.emit({ type: 'done' });
    } catch (error) {
      this.emit({ type: 'error', error: errorView(error) });
    }
  }

  private emit(event: BenchmarkEvent): void {
    this.outbox?.push(event);
  }
}

/** @throws InputError that names what is wrong. */
export function checkedRequest(request: BenchmarkRequest): BenchmarkRequest {
  const { suites, turns, size, seed } = request;
  const unknown = suites.find((suite) => !suiteNames.includes(suite));
  if (unknown !== undefined || suites.length === 0)
    throw new InputError(
      `suites: expected at least one of ${suiteNames.join(', ')}, got ${unknown ?? 'none'}. Choose of these.`,
    );
  if (!Number.isInteger(turns) || turns < 2 || turns > MOST_TURNS)
    throw new InputError(`turns: expected a whole number from 2 to ${MOST_TURNS}, got ${turns}. Correct it.`);
  if (!benchSizes.includes(size))
    throw new InputError(`size: expected ${benchSizes.join(', ')}, got ${String(size)}. Choose of these.`);
  if (!Number.isInteger(seed) || seed < 0)
    throw new InputError(`seed: expected a whole number of at least 0, got ${seed}. Correct it.`);
  return request;
}
