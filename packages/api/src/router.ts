import { t } from './trpc.ts';
import { health } from './v1/plant-identification/health.ts';
import { history } from './v1/plant-identification/history.ts';
import { identification } from './v1/plant-identification/identification.ts';
import { identify } from './v1/plant-identification/identify.ts';
import { photo } from './v1/plant-identification/photo.ts';
import { progress } from './v1/plant-identification/progress.ts';

const plantIdentification = { identify, progress, health, history, identification };
const v1 = { plantIdentification };

/** What tRPC serves. `legacy` is v1 under the name of old clients: same procedures, marked by the chain. */
export const appRouter = t.router({ v1, legacy: v1 });
export type AppRouter = typeof appRouter;

export const withBytes = { plantIdentification: { ...plantIdentification, photo } };

/** What REST and server components call: what tRPC serves and what cannot cross its JSON. */
export const calledRouter = t.router({ v1: withBytes, legacy: withBytes });
export const createCaller = t.createCallerFactory(calledRouter);
/** One namespace's procedures, already carrying the context of one request. */
export type Caller = ReturnType<typeof createCaller>['v1'];
