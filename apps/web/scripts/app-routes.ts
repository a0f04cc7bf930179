import { globSync } from 'node:fs';
import { dirname } from 'node:path';

export interface AppRoute {
  method: string;
  path: string;
  policy: string;
}

/** Routes that pass every request on to the API, which lists its own routes. */
const API_ROUTES = new Set(['/api/[[...path]]', '/api/trpc/[trpc]', '/api/v1/plant-identification/identify']);

/**
 * Returns the pages and route handlers in the folder `app`, each with its declared policy.
 * @throws when a route declares no policy, or a policy is declared for a route that does not exist
 */
export function appRoutes(app: string, declared: Readonly<Record<string, string>>): AppRoute[] {
  const found = globSync('**/{page.tsx,route.ts}', { cwd: app })
    .map((file) => ({ path: pathOf(file), isPage: file.endsWith('.tsx') }))
    .filter(({ path }) => !API_ROUTES.has(path))
    .toSorted((a, b) => a.path.localeCompare(b.path));
  const paths = new Set(found.map(({ path }) => path));
  const gone = Object.keys(declared).filter((path) => !paths.has(path));
  if (gone.length > 0) throw new Error(`A policy is declared for ${gone.join(', ')}, which does not exist`);
  return found.map(({ isPage, path }) => {
    const policy = declared[path];
    if (policy === undefined) throw new Error(`${path} declares no policy`);
    return { method: isPage || !path.includes('[') ? 'GET' : 'GET, POST', path, policy };
  });
}

/** Returns the path of a route as Next serves it, without folders in brackets. */
function pathOf(file: string): string {
  const folders = dirname(file)
    .split('/')
    .filter((name) => name !== '.' && !/^\(.*\)$/.test(name));
  return `/${folders.join('/')}`;
}
