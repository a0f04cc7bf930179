import { ResilienceError } from '../errors.ts';

/** The lease ended before the work did: another process may hold it, so the work may have been done twice. */
export class LeaseLostError extends ResilienceError {
  override readonly name = 'LeaseLostError';

  constructor(lease: string, reason: string, cause?: unknown) {
    super('lease_lost', `lease ${lease} was lost: ${reason}`, { cause });
  }
}

/** Another process held the lease for the whole wait. */
export class LeaseTimeoutError extends ResilienceError {
  override readonly name = 'LeaseTimeoutError';

  constructor(lease: string, waitMs: number) {
    super('lease_timeout', `lease ${lease} was not free within ${waitMs} ms`);
  }
}

/** The work that holds the lease asked for it again, which would deadlock. */
export class LeaseReentryError extends ResilienceError {
  override readonly name = 'LeaseReentryError';

  constructor(lease: string) {
    super('lease_reentry', `lease ${lease} was requested by the work that holds it, which would deadlock`);
  }
}
