import type { Api } from '@plantcommunity/api';
import type { Auth } from '@plantcommunity/auth';
import type { Database } from '@plantcommunity/db';
import type { OperatedService } from '@plantcommunity/identification';
import type { Operations } from '@plantcommunity/operations';
import type { RedisConnection } from '@plantcommunity/resilience';
import type { Settings } from '@plantcommunity/settings';
import type { Logger } from '@plantcommunity/telemetry';

/** The one of everything in this process: circuits, flights, the memory cache and connections hang on it. */
export interface Container {
  settings: Settings;
  logger: Logger;
  database: Database;
  redis: RedisConnection;
  auth: Auth;
  service: OperatedService;
  operations: Operations;
  api: Api;
}

// Next gives instrumentation, proxy, pages and route handlers each their own copy of a module; a registered symbol
// is the one thing they share.
const KEY = Symbol.for('plantcommunity.container');
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nobody else puts anything under this symbol
const shared = globalThis as { [KEY]?: Promise<Container> };

/** Instrumentation calls this once, before anything is served. */
export function provideContainer(build: () => Promise<Container>): Promise<Container> {
  shared[KEY] ??= build();
  return shared[KEY];
}

/** The container of this process, from whichever copy of this module. */
export function container(): Promise<Container> {
  const provided = shared[KEY];
  if (provided === undefined) throw new Error('The container is asked for before instrumentation has provided it');
  return provided;
}
