import type { IncomingHttpHeaders } from 'node:http';
import { parseAndValidateFlightRouterState } from 'next/dist/server/app-render/parse-and-validate-flight-router-state.js';

/** Carries the client-side router's state of the current page. */
const ROUTER_STATE = 'next-router-state-tree';
/** Names a server action. This app has none. */
const ACTION = 'next-action';

/**
 * Removes headers of Next's own protocol that would make it fail: an unreadable router state, and the id of a server
 * action. Next logs an error for each such header, and any client can send one; without them it renders the page as
 * usual. The router state is checked by Next's own parser, so that no valid one is removed.
 */
export function dropUnreadableNextHeaders(headers: IncomingHttpHeaders): void {
  delete headers[ACTION];
  try {
    parseAndValidateFlightRouterState(headers[ROUTER_STATE]);
  } catch {
    delete headers[ROUTER_STATE];
  }
}
