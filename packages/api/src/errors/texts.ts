/** Sentences that clients of the former system know word for word. */
export const AUTHENTICATION_REQUIRED =
  'Authentication required for plant identification. Please log in or create an account to identify plants.';

export const throttled = (seconds: number): string =>
  `Request was throttled. Expected available in ${seconds} seconds.`;

/** Sent while the database is unavailable. */
export const SERVICE_UNAVAILABLE = 'The service is temporarily unavailable. Please try again in a few moments.';

export const UNAVAILABLE = {
  plant_id: 'Plant.id service is temporarily unavailable. Please try again in a few moments.',
  plantnet: 'Pl@ntNet service is temporarily unavailable. Please try again in a few moments.',
  both: 'Plant identification is temporarily unavailable. Please try again in a few moments.',
} as const;
