import type { Rejected } from '@plantcommunity/identification';
import type { FieldError } from './api-error.ts';

/** What a provider refused, by the field that the caller sent; never in the provider's own words. */
const FIELDS: Readonly<Record<Rejected, FieldError>> = {
  project: { detail: 'is not a flora that Pl@ntNet knows', pointer: '#/project' },
  organs: { detail: 'are not accepted for these photos', pointer: '#/organs' },
  location: { detail: 'is not accepted as a place', pointer: '#/latitude' },
  image: { detail: 'is not accepted by the service', pointer: '#/image' },
  request: { detail: 'The service does not accept this request.', pointer: '#' },
};

export function rejectedField(rejected: Rejected): FieldError {
  return FIELDS[rejected];
}
