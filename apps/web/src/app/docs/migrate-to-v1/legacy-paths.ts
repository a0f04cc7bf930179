/** The deprecated REST paths, as the migration page lists them. */
export const LEGACY_PATHS = [
  { method: 'POST', path: '/api/plant-identification/identify' },
  { method: 'GET', path: '/api/plant-identification/identify/health' },
  { method: 'GET', path: '/api/plant-identification/identifications' },
  { method: 'GET', path: '/api/plant-identification/identifications/{id}' },
  { method: 'GET', path: '/api/plant-identification/identifications/{id}/photos/{n}' },
  { method: 'POST', path: '/api/auth/register' },
  { method: 'POST', path: '/api/auth/token' },
  { method: 'POST', path: '/api/auth/token/refresh' },
  { method: 'POST', path: '/api/auth/token/revoke' },
  { method: 'GET', path: '/api/auth/me' },
] as const;

/** Returns the path of v1 that replaces a deprecated path. */
export function successorOf(path: string): string {
  return path.replace('/api/', '/api/v1/');
}
