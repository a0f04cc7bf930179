import { ApiError } from '../errors/api-error.ts';

const GUIDE = '/docs/migrate-to-v1';

export interface LegacyDates {
  deprecatedAt: Date;
  sunsetAt: Date;
}

/** RFC 9745, RFC 8594 and RFC 8288, the path of the successor first. */
export function deprecationHeaders(dates: LegacyDates, successor: string): Record<string, string> {
  return {
    Deprecation: `@${Math.floor(dates.deprecatedAt.getTime() / 1000)}`,
    Sunset: dates.sunsetAt.toUTCString(),
    Link: [
      `<${successor}>; rel="successor-version"`,
      `<${GUIDE}>; rel="deprecation"; type="text/html"`,
      `<${GUIDE}#sunset>; rel="sunset"; type="text/html"`,
    ].join(', '),
  };
}

/** The answer to every legacy call from the sunset on. */
export function goneAt(now: number, dates: LegacyDates): ApiError | undefined {
  if (now < dates.sunsetAt.getTime()) return undefined;
  return new ApiError('version_gone', 'This version of the API is gone. Use /api/v1.');
}
