import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGE_POLICIES } from '../src/server/page-policies.ts';
import { appRoutes } from './app-routes.ts';

/** Returns the routes of an app with these files and policies. */
function routesOf(files: readonly string[], policies: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'routes-'));
  try {
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), '');
    }
    return appRoutes(folder, policies);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the pages of the app', () => {
  it('all declare a policy', () => {
    const app = join(import.meta.dirname, '../src/app');
    expect(appRoutes(app, PAGE_POLICIES)).toHaveLength(Object.keys(PAGE_POLICIES).length);
  });

  it('are found in every folder, and routes of the API are left out', () => {
    const files = ['page.tsx', '(group)/identify/page.tsx', 'api/health/live/route.ts', 'api/[[...path]]/route.ts'];
    const policies = { '/': 'public', '/identify': 'public', '/api/health/live': 'public' };
    expect(routesOf(files, policies)).toEqual([
      { method: 'GET', path: '/', policy: 'public' },
      { method: 'GET', path: '/api/health/live', policy: 'public' },
      { method: 'GET', path: '/identify', policy: 'public' },
    ]);
  });

  it('fail the listing without a policy, and so does a policy without a page', () => {
    expect(() => routesOf(['secret/page.tsx'], {})).toThrow('/secret declares no policy');
    expect(() => routesOf([], { '/gone': 'public' })).toThrow('/gone, which does not exist');
  });
});
