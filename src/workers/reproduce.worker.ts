import * as Comlink from 'comlink';
import type { ReproductionApi } from './reproduceProtocol.ts';
import { ReproductionSession } from './reproduction.ts';

Comlink.expose(new ReproductionSession() satisfies ReproductionApi);
