import type { Auth } from '@plantcommunity/auth';
import type { IdentificationService, PhotoLimits } from '@plantcommunity/identification';
import type { Operations } from '@plantcommunity/operations';
import type { Clock } from '@plantcommunity/resilience';
import type { RequestMetrics } from '@plantcommunity/telemetry';
import type { DeprecationDates, NamespaceRules } from './middleware/namespace.ts';
import type { ConcurrencyLimit } from './rate-limit/concurrency-limit.ts';
import type { CreditShares, DailyCredits } from './rate-limit/credit-shares.ts';
import type { HealthLimit } from './rate-limit/health-limit.ts';
import type { IdentifyLimit } from './rate-limit/identify-limit.ts';
import type { StreamLimit } from './rate-limit/stream-limit.ts';
import type { ThrottleRates, Throttles } from './rate-limit/throttles.ts';
import type { IdentifyRates } from './rate-limit/tier-rates.ts';

/** Plain values of the settings; this package reads no environment variables. */
export interface ApiConfig {
  /** In `development` anonymous callers may identify. */
  mode: 'development' | 'production';
  /** Version of the package, shown by health and the OpenAPI document. */
  version: string;
  /** The public origin. */
  appUrl: URL;
  /** Host names without ports. */
  allowedHosts: readonly string[];
  /** Origins beside our own whose pages may change state with a cookie. */
  trustedOrigins: readonly string[];
  /** Number of our own proxies in front of this server. */
  proxyHops: number;
  rates: IdentifyRates & ThrottleRates;
  dailyCredits: DailyCredits;
  /** Dates of the legacy namespace. */
  legacy: DeprecationDates;
  upload: PhotoLimits;
  /** Maximum bytes of uploads in flight in this process; a subject may hold a quarter of it, an address half. */
  uploadMemoryBytes: number;
}

/** Everything that procedures and middleware may use. */
export interface Services {
  identification: IdentificationService;
  operations: Operations;
  auth: Pick<Auth, 'accounts' | 'apiKeys' | 'tokens'>;
  identifyLimit: IdentifyLimit;
  creditShares: CreditShares;
  throttles: Throttles;
  /** Of progress streams. */
  progressLimit: StreamLimit;
  exportLimit: StreamLimit;
  concurrencyLimit: ConcurrencyLimit;
  healthLimit: HealthLimit;
  metrics: RequestMetrics;
  clock: Clock;
  config: ApiConfig;
  /** The namespaces served, the current version first. */
  namespaces: readonly NamespaceRules[];
}
