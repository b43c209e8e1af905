import * as Comlink from 'comlink';
import type { TrainerApi } from './protocol.ts';
import { TrainerSession } from './trainerSession.ts';

Comlink.expose(new TrainerSession() satisfies TrainerApi);
