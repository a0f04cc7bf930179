import type { IncomingHttpHeaders } from 'node:http';
import { parseAndValidateFlightRouterState } from 'next/dist/server/app-render/parse-and-validate-flight-router-state.js';

/** What the client of Next knows of the page it shows. */
const ROUTER_STATE = 'next-router-state-tree';
/** Names a server action. This app has none. */
const ACTION = 'next-action';

/**
 * Removes headers of Next's own protocol that would make it fail: a router state that it cannot read, and a server
 * action. Next would log an error for each, which anyone could send; without them it renders the page as usual. The
 * check of the router state is Next's own, so nothing that it accepts is removed.
 */
export function dropUnreadableNextHeaders(headers: IncomingHttpHeaders): void {
  delete headers[ACTION];
  try {
    parseAndValidateFlightRouterState(headers[ROUTER_STATE]);
  } catch {
    delete headers[ROUTER_STATE];
  }
}
