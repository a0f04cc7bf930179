/** Who may see a page. `user`: others are led to sign in; `admin`: to others it does not exist. */
export type PagePolicy = 'public' | 'user' | 'admin';

/** Every page and every route handler of ours that is no procedure, by its path as Next spells it. */
export const PAGE_POLICIES = {
  '/': 'public',
  '/identify': 'public',
  '/history': 'user',
  '/history/[id]': 'user',
  '/login': 'public',
  '/register': 'public',
  '/account': 'user',
  '/admin': 'admin',
  '/api/auth/[...nextauth]': 'public',
  '/api/health/live': 'public',
  '/api/health/ready': 'public',
} as const satisfies Record<string, PagePolicy>;
