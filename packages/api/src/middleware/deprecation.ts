import { serializeItem } from 'structured-headers';
import { ApiError } from '../errors/api-error.ts';
import type { Services } from '../services.ts';
import { type Deprecation, namespaceOf } from './namespace.ts';

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

/** Returns the error that answers every request of a deprecated version from its sunset on; undefined before it. */
export function versionGone(
  { dates, successor }: Deprecation,
  { clock, config }: Pick<Services, 'clock' | 'config'>,
): ApiError | undefined {
  if (clock.now() < dates(config).sunsetAt.getTime()) return undefined;
  return new ApiError('version_gone', `This version of the API is gone. Use ${successor.basePath}.`);
}

/** Like `versionGone`, for the version of a procedure, by its full tRPC path. */
export function procedureGone(
  services: Pick<Services, 'clock' | 'config' | 'namespaces'>,
  procedurePath: string | undefined,
): ApiError | undefined {
  const deprecated = namespaceOf(services.namespaces, procedurePath)?.deprecated;
  return deprecated && versionGone(deprecated, services);
}
