import { globSync } from 'node:fs';
import { dirname } from 'node:path';

export interface AppRoute {
  method: string;
  path: string;
  policy: string;
}

/** Handed on as they are to the API, which names its routes itself. */
const OF_THE_API = new Set(['/api/[[...path]]', '/api/trpc/[trpc]', '/api/v1/plant-identification/identify']);

/**
 * The pages and route handlers in the folder `app`, each with its declared policy.
 * @throws when one declares none, or a policy is declared for what is not there
 */
export function appRoutes(app: string, declared: Readonly<Record<string, string>>): AppRoute[] {
  const there = globSync('**/{page.tsx,route.ts}', { cwd: app })
    .map((file) => ({ path: pathOf(file), isPage: file.endsWith('.tsx') }))
    .filter(({ path }) => !OF_THE_API.has(path))
    .toSorted((a, b) => a.path.localeCompare(b.path));
  const paths = new Set(there.map(({ path }) => path));
  const gone = Object.keys(declared).filter((path) => !paths.has(path));
  if (gone.length > 0) throw new Error(`A policy is declared for ${gone.join(', ')}, which is not there`);
  return there.map(({ isPage, path }) => {
    const policy = declared[path];
    if (policy === undefined) throw new Error(`${path} declares no policy`);
    return { method: isPage || !path.includes('[') ? 'GET' : 'GET, POST', path, policy };
  });
}

/** As people type it: without the folders in brackets, which Next leaves out. */
function pathOf(file: string): string {
  const folders = dirname(file)
    .split('/')
    .filter((name) => name !== '.' && !/^\(.*\)$/.test(name));
  return `/${folders.join('/')}`;
}
