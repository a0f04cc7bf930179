import { deprecationHeaders, goneAt } from '../legacy/deprecation.ts';
import { t } from '../trpc.ts';

const PREFIX = 'legacy.';

/** Marks answers of the legacy namespace, and ends it at its sunset. */
export const legacy = t.middleware(({ ctx, next, path }) => {
  if (path.startsWith(PREFIX)) {
    const headers = deprecationHeaders(ctx.parts.config.legacy, ctx.request.successorOf(path));
    for (const [name, value] of Object.entries(headers)) ctx.request.resHeaders.set(name, value);
    const gone = goneAt(ctx.parts.clock.now(), ctx.parts.config.legacy);
    if (gone !== undefined) throw gone;
  }
  return next();
});
