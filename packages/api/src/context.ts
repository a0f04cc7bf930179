import type { Auth, ClaimedUser, Principal } from '@plantcommunity/auth';
import type { IdentificationService } from '@plantcommunity/identification';
import type { Operations } from '@plantcommunity/operations';
import type { Clock } from '@plantcommunity/resilience';
import type { ApiConfig } from './config.ts';
import type { CallsAtOnce } from './limits/calls-at-once.ts';
import type { CreditShares } from './limits/credit-shares.ts';
import type { HealthLimit } from './limits/health-limit.ts';
import type { IdentifyLimit } from './limits/identify-limit.ts';
import type { OpenStreams } from './limits/open-streams.ts';
import type { ReAsks } from './limits/re-asks.ts';
import type { Throttles } from './limits/throttles.ts';
import type { PendingUpload } from './upload/pending-upload.ts';

/** What every procedure may use. */
export interface Parts {
  service: IdentificationService;
  operations: Operations;
  auth: Pick<Auth, 'accounts' | 'tokens'>;
  limit: IdentifyLimit;
  shares: CreditShares;
  reAsks: ReAsks;
  throttles: Throttles;
  progressStreams: OpenStreams;
  callsAtOnce: CallsAtOnce;
  healthLimit: HealthLimit;
  clock: Clock;
  config: ApiConfig;
}

/** One request, however it came in: tRPC, REST or a server component. */
export interface RequestFacts {
  requestId: string;
  /** The caller made the request id, and may follow the request by it. */
  isFollowed: boolean;
  /** Who is calling, by the credentials that count for this request. */
  authenticate(): Promise<Principal | undefined>;
  /** The same, asked of the database anew: for what outlasts one look. */
  authenticateAgain(): Promise<Principal | undefined>;
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
  parts: Parts;
  request: RequestFacts;
}
