import { t } from '../middleware/init.ts';
import { changePassword } from '../v1/account/change-password.ts';
import { remove } from '../v1/account/remove.ts';
import { signOutEverywhere } from '../v1/account/sign-out-everywhere.ts';
import { list } from '../v1/admin/audit/list.ts';
import { isolate } from '../v1/admin/circuits/isolate.ts';
import { overview } from '../v1/admin/circuits/overview.ts';
import { release } from '../v1/admin/circuits/release.ts';
import { reset } from '../v1/admin/circuits/reset.ts';
import { watch } from '../v1/admin/circuits/watch.ts';
import { me } from '../v1/auth/me.ts';
import { refresh } from '../v1/auth/refresh.ts';
import { register } from '../v1/auth/register.ts';
import { revoke } from '../v1/auth/revoke.ts';
import { token } from '../v1/auth/token.ts';
import { health } from '../v1/plant-identification/health.ts';
import { history } from '../v1/plant-identification/history.ts';
import { identification } from '../v1/plant-identification/identification.ts';
import { identify } from '../v1/plant-identification/identify.ts';
import { photo } from '../v1/plant-identification/photo.ts';
import { progress } from '../v1/plant-identification/progress.ts';

const circuits = { overview, watch, isolate, release, reset };
/** What operators see and do: v1 only, and over tRPC only. */
const admin = { circuits, audit: { list } };
/** What somebody does with their own account on our pages: v1 only, and over tRPC only. */
const account = { changePassword, signOutEverywhere, remove };

const auth = { register, token, refresh, revoke, me };
const plantIdentification = { identify, progress, health, history, identification };
const legacy = { plantIdentification, auth };

/** What tRPC serves. `legacy` is what v1 has over REST, under the name of old clients: same procedures, marked by the chain. */
export const appRouter = t.router({ v1: { ...legacy, account, admin }, legacy });
export type AppRouter = typeof appRouter;

export const restRouter = { plantIdentification: { ...plantIdentification, photo }, auth };

/** What REST and server components call: what tRPC serves and what cannot cross its JSON. */
export const callerRouter = t.router({ v1: { ...restRouter, account, admin }, legacy: restRouter });
export const createCaller = t.createCallerFactory(callerRouter);
/** The procedures that both namespaces have, already carrying the context of one request. */
export type Caller = ReturnType<typeof createCaller>['legacy'];
export type V1Caller = ReturnType<typeof createCaller>['v1'];
