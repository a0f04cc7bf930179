import { apiRoutes } from '@plantcommunity/api';
import { describe, expect, it } from 'vitest';
import { PAGE_POLICIES } from './page-policies.ts';
import { createRouteNames } from './route-names.ts';

const routeNames = createRouteNames([...Object.keys(PAGE_POLICIES), ...apiRoutes().map(({ path }) => path)]);

describe('the name of a route', () => {
  it.each([
    { path: '/', name: '/' },
    { path: '/identify', name: '/identify' },
    { path: '/identify/', name: '/identify' },
    { path: '/history/', name: '/history' },
    { path: '/history/01JD', name: '/history/[id]' },
    { path: '/api/auth/callback/github', name: '/api/auth/[...nextauth]' },
    { path: '/api/v1/plant-identification/identify', name: '/api/v1/plant-identification/identify' },
    {
      path: '/api/v1/plant-identification/identifications/01JD/photos/1',
      name: '/api/v1/plant-identification/identifications/{id}/photos/{n}',
    },
    { path: '/api/trpc/v1.plantIdentification.health', name: '/api/trpc/v1.plantIdentification.health' },
    { path: '/_next/static/chunks/0a1b.js', name: '/_next/*' },
  ])('of $path is $name', ({ name, path }) => {
    expect(routeNames(path)).toBe(name);
  });

  it.each(['/.env', '/history/01JD/more', '/api/trpc/v1.none', '/api/v2/identify', '///', ''])(
    'is unknown for %j, so that scanners add no labels',
    (path) => {
      expect(routeNames(path)).toBe('unknown');
    },
  );
});
