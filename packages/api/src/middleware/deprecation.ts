import { serializeItem } from 'structured-headers';
import { ApiError } from '../errors/api-error.ts';
import type { Context } from './context.ts';
import type { Deprecation } from './namespace.ts';

/** Returns the headers of RFC 9745, RFC 8594 and RFC 8288; `successorPaths` replace the paths of the request. */
export function deprecationHeaders(
  { dates, guide }: Deprecation,
  config: Parameters<Deprecation['dates']>[0],
  ...successorPaths: readonly string[]
): Record<string, string> {
  const { deprecatedAt, sunsetAt } = dates(config);
  return {
    Deprecation: serializeItem(deprecatedAt),
    Sunset: sunsetAt.toUTCString(),
    Link: [
      ...successorPaths.map((path) => `<${path}>; rel="successor-version"`),
      `<${guide}>; rel="deprecation"; type="text/html"`,
      `<${guide}#sunset>; rel="sunset"; type="text/html"`,
    ].join(', '),
  };
}

/** Counts a call. @throws {ApiError} `version_gone` from the sunset on */
export function countDeprecatedCall(
  { request, services }: Context,
  deprecated: Deprecation,
  procedurePath: string,
): void {
  const { clock, config, metrics, operations } = services;
  const isGone = clock.now() >= deprecated.dates(config).sunsetAt.getTime();
  const path = request.declaredPath(procedurePath);
  metrics.recordLegacyCall({ route: path, isGone });
  operations.countLegacyCall({ path, userAgent: request.userAgent });
  if (!isGone) return;
  throw new ApiError('version_gone', `This version of the API is gone. Use ${deprecated.successor.basePath}.`);
}
