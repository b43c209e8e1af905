import * as Comlink from 'comlink';
import { BenchmarkSession } from './benchmark.ts';
import type { BenchmarkApi } from './benchmarkProtocol.ts';

Comlink.expose(new BenchmarkSession() satisfies BenchmarkApi);
