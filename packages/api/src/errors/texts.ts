import type { RejectedPart } from '@plantcommunity/identification';
import type { FieldError } from './api-error.ts';

// Clients of the former system compare the first four texts, so they never change.
export const AUTHENTICATION_REQUIRED =
  'Authentication required for plant identification. Please log in or create an account to identify plants.';

export const throttled = (seconds: number): string =>
  `Request was throttled. Expected available in ${seconds} seconds.`;

/** Sent while the database is unavailable. */
export const SERVICE_UNAVAILABLE = 'The service is temporarily unavailable. Please try again in a few moments.';

/** Sent when no provider answers. @param provider the display name of the provider, if it is the only one that is on */
export const providersUnavailable = (provider?: string): string =>
  `${provider === undefined ? 'Plant identification' : `${provider} service`} is temporarily unavailable. Please try again in a few moments.`;

/** Field errors for each part of a request that a provider rejects. Pointers name the caller's fields. */
export const REJECTED_FIELDS: Readonly<Record<RejectedPart, FieldError>> = {
  project: { detail: 'is not a flora that Pl@ntNet knows', pointer: '#/project' },
  organs: { detail: 'are not accepted for these photos', pointer: '#/organs' },
  location: { detail: 'is not an accepted location', pointer: '#/latitude' },
  image: { detail: 'is not accepted by the service', pointer: '#/image' },
  request: { detail: 'The service does not accept this request.', pointer: '#' },
};
