import type { BearerKind, ClaimedUser, KeyHolder, Principal } from '@plantcommunity/auth';
import type { RateHeaders } from '../rate-limit/rate-headers.ts';
import type { Services } from '../services.ts';
import type { PendingUpload } from './pending-upload.ts';

/** One request as procedures see it, whether it came by tRPC, REST or a server component. */
export interface RequestContext {
  requestId: string;
  /** Whether the caller chose the request id, and so may follow the request's progress by it. */
  trackProgress: boolean;
  /** Returns the caller named by the credentials that count for this request; with an API key, its scopes limit them. */
  authenticate(): Promise<Principal | KeyHolder | undefined>;
  /** Like `authenticate`, but bypasses the per-request cache; for subscriptions. */
  reauthenticate(): Promise<Principal | KeyHolder | undefined>;
  /** Returns the user that the credentials name, without asking the database: for use while it is unavailable. */
  claimedUser(): Promise<ClaimedUser | undefined>;
  /** The kind of Bearer token that was sent: if it is not valid, no other credentials are looked at. */
  bearer: BearerKind | undefined;
  /** The client's address, as far as our own proxies report it. */
  address: string | undefined;
  /** The Idempotency-Key header, unchecked. */
  idempotencyKey: string | undefined;
  /** The body, if it is an upload. */
  upload?: PendingUpload;
  /** Aborts when the caller leaves. */
  signal: AbortSignal;
  /** Headers that are added to the response. */
  resHeaders: Pick<Headers, 'set'>;
}

/** Adds the rate-limit headers to the response. */
export function setRateHeaders({ request }: Context, headers: RateHeaders): void {
  for (const [name, value] of Object.entries(headers)) request.resHeaders.set(name, value);
}

/** Context of a procedure. It has two keys only, because tRPC copies it key by key for each middleware. */
export interface Context {
  services: Services;
  request: RequestContext;
}
