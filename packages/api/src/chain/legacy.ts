import type { Context } from '../context.ts';
import { deprecationHeaders, goneAt } from '../legacy/deprecation.ts';

const PREFIX = 'legacy.';

/** Marks answers of the legacy namespace. @throws {ApiError} `gone` after its sunset */
export function markLegacy({ parts, request }: Context, path: string): void {
  if (!path.startsWith(PREFIX)) return;
  const headers = deprecationHeaders(parts.config.legacy, request.successorOf(path));
  for (const [name, value] of Object.entries(headers)) request.resHeaders.set(name, value);
  const gone = goneAt(parts.clock.now(), parts.config.legacy);
  if (gone !== undefined) throw gone;
}
