import type { Api } from '@plantcommunity/api';
import type { Auth } from '@plantcommunity/auth';
import type { Database } from '@plantcommunity/db';
import type { RequestGuard } from '@plantcommunity/http';
import type { OperatedService } from '@plantcommunity/identification';
import type { MinuteCounters, Operations } from '@plantcommunity/operations';
import type { RedisConnection } from '@plantcommunity/resilience';
import type { Settings } from '@plantcommunity/settings';
import type { Logger, Metrics } from '@plantcommunity/telemetry';

/** The parts of the app, one of each in a process: it owns circuits, flights, the memory cache and connections. */
export interface Container {
  settings: Settings;
  logger: Logger;
  metrics: Metrics;
  database: Database;
  redis: RedisConnection;
  auth: Auth;
  service: OperatedService;
  counters: MinuteCounters;
  operations: Operations;
  api: Api;
  /** Checks each request before Next sees it. */
  requestGuard: RequestGuard;
  /** Ends the jobs and waits for provider calls in flight. Returns false when some were in flight after `timeoutMs`. */
  settle(timeoutMs: number): Promise<boolean>;
  /** Releases leases and trial permits and closes connections. Has no time limit: a hanging database delays it. */
  close(): Promise<void>;
}

// Next gives instrumentation, proxy, pages and route handlers each their own copy of a module; they share only the
// global object, so a registered symbol names the container there.
const KEY = Symbol.for('plantcommunity.container');
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this module uses the symbol
const shared = globalThis as { [KEY]?: PromiseWithResolvers<Container> & { isBuilding?: true } };

function slot() {
  shared[KEY] ??= Promise.withResolvers<Container>();
  return shared[KEY];
}

/** Builds the container of this process, once; instrumentation calls it before the server listens. */
export function provideContainer(build: () => Promise<Container>): Promise<Container> {
  const { isBuilding, promise, resolve } = slot();
  if (!isBuilding) {
    slot().isBuilding = true;
    resolve(build());
  }
  return promise;
}

/** Returns the container of this process, from any copy of this module; resolves once it is built. */
export function container(): Promise<Container> {
  return slot().promise;
}
