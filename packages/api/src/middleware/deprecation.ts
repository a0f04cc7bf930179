import { deprecationHeaders, goneAt } from '../legacy/deprecation.ts';
import type { Context } from '../services.ts';

const PREFIX = 'legacy.';

/** Marks answers of the legacy namespace. @throws {ApiError} `gone` after its sunset */
export function applyDeprecation({ services, request }: Context, path: string): void {
  if (!path.startsWith(PREFIX)) return;
  const headers = deprecationHeaders(services.config.legacy, request.successorOf(path));
  for (const [name, value] of Object.entries(headers)) request.resHeaders.set(name, value);
  const gone = goneAt(services.clock.now(), services.config.legacy);
  if (gone !== undefined) throw gone;
}
