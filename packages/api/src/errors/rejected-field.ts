import type { RejectedPart } from '@plantcommunity/identification';
import type { FieldError } from './api-error.ts';

/** Error details for each request part that a provider refused, in our own words; pointers name the caller's fields. */
const FIELDS: Readonly<Record<RejectedPart, FieldError>> = {
  project: { detail: 'is not a flora that Pl@ntNet knows', pointer: '#/project' },
  organs: { detail: 'are not accepted for these photos', pointer: '#/organs' },
  location: { detail: 'is not an accepted location', pointer: '#/latitude' },
  image: { detail: 'is not accepted by the service', pointer: '#/image' },
  request: { detail: 'The service does not accept this request.', pointer: '#' },
};

export function rejectedField(rejected: RejectedPart): FieldError {
  return FIELDS[rejected];
}
