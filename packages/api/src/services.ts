import type { Auth, ClaimedUser, Principal } from '@plantcommunity/auth';
import type { IdentificationService } from '@plantcommunity/identification';
import type { Operations } from '@plantcommunity/operations';
import type { Clock } from '@plantcommunity/resilience';
import type { ApiConfig } from './config.ts';
import type { PendingUpload } from './middleware/pending-upload.ts';
import type { ConcurrencyLimit } from './rate-limit/concurrency-limit.ts';
import type { CreditShares } from './rate-limit/credit-shares.ts';
import type { HealthLimit } from './rate-limit/health-limit.ts';
import type { IdentifyLimit } from './rate-limit/identify-limit.ts';
import type { StreamLimit } from './rate-limit/stream-limit.ts';
import type { Throttles } from './rate-limit/throttles.ts';

/** What every procedure may use. */
export interface Services {
  identification: IdentificationService;
  operations: Operations;
  auth: Pick<Auth, 'accounts' | 'tokens'>;
  identifyLimit: IdentifyLimit;
  creditShares: CreditShares;
  throttles: Throttles;
  streamLimit: StreamLimit;
  concurrencyLimit: ConcurrencyLimit;
  healthLimit: HealthLimit;
  clock: Clock;
  config: ApiConfig;
}

/** One request, however it came in: tRPC, REST or a server component. */
export interface RequestContext {
  requestId: string;
  /** The caller made the request id, and may follow the request by it. */
  trackProgress: boolean;
  /** Who is calling, by the credentials that count for this request. */
  authenticate(): Promise<Principal | undefined>;
  /** The same, asked of the database anew: for what outlasts one look. */
  reauthenticate(): Promise<Principal | undefined>;
  /** Returns the user that the credentials name, without asking the database: for use while it is unavailable. */
  claimedUser(): Promise<ClaimedUser | undefined>;
  /** A Bearer token was sent: when it is not good, nothing else is looked at. */
  hasBearer: boolean;
  /** Of the client, as far as our own proxies say. */
  address: string | undefined;
  /** The body, where it is an upload. */
  upload?: PendingUpload;
  /** The caller's leaving. */
  signal: AbortSignal;
  /** Joins the answer's headers. */
  resHeaders: Pick<Headers, 'set'>;
  /** Where v1 has the same procedure, by the transport of this request. */
  successorOf(legacyPath: string): string;
}

/** Two keys and not all of theirs: tRPC copies the context key by key for each link of a procedure's chain. */
export interface Context {
  services: Services;
  request: RequestContext;
}
