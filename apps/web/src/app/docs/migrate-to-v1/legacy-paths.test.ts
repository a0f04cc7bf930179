import { apiRoutes } from '@plantcommunity/api';
import { expect, it } from 'vitest';
import { LEGACY_PATHS, successorOf } from './legacy-paths.ts';

const routes = apiRoutes().map(({ method, path }) => `${method} ${path}`);

it('the migration page lists every deprecated path of the API', () => {
  const deprecated = routes.filter((route) => /^\w+ \/api\/(?!v1\/|trpc\/)/.test(route));
  expect(LEGACY_PATHS.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(deprecated.toSorted());
});

it('the migration page names a successor that exists', () => {
  expect(routes).toEqual(
    expect.arrayContaining(LEGACY_PATHS.map(({ method, path }) => `${method} ${successorOf(path)}`)),
  );
});
