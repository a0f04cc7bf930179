/** Who may see a page. `user`: others are redirected to sign in; `admin`: others get a 404; `token`:
 * callers without METRICS_TOKEN get a 401. */
export type PagePolicy = 'public' | 'user' | 'admin' | 'token';

/** The policy of each page, and of each route handler that calls no procedure, by its path as Next writes it. */
export const PAGE_POLICIES = {
  '/': 'public',
  '/identify': 'public',
  '/history': 'user',
  '/history/[id]': 'user',
  '/login': 'public',
  '/register': 'public',
  '/account': 'user',
  '/admin': 'admin',
  '/admin/audit': 'admin',
  '/admin/audit/export': 'admin',
  '/admin/runbook': 'admin',
  '/admin/users': 'admin',
  '/admin/users/[id]': 'admin',
  '/sign-in-link': 'public',
  '/docs': 'public',
  '/docs/migrate-to-v1': 'public',
  '/docs/reference': 'public',
  '/docs/reference/licences': 'public',
  '/api/auth/[...nextauth]': 'public',
  '/api/health/live': 'public',
  '/api/health/ready': 'public',
  '/api/metrics': 'token',
} as const satisfies Record<string, PagePolicy>;
