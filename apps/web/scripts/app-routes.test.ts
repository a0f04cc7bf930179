import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGE_POLICIES } from '../src/server/page-policies.ts';
import { appRoutes } from './app-routes.ts';

/** What is found in an app of these files and policies. */
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

  it('are found wherever they lie', () => {
    const files = ['page.tsx', '(desk)/identify/page.tsx', 'api/health/live/route.ts', 'api/[[...path]]/route.ts'];
    const policies = { '/': 'public', '/identify': 'public', '/api/health/live': 'public' };
    expect(routesOf(files, policies)).toEqual([
      { method: 'GET', path: '/', policy: 'public' },
      { method: 'GET', path: '/api/health/live', policy: 'public' },
      { method: 'GET', path: '/identify', policy: 'public' },
    ]);
  });

  it('must not lack one, nor must one be left of a page that is gone', () => {
    expect(() => routesOf(['secret/page.tsx'], {})).toThrow('/secret declares no policy');
    expect(() => routesOf([], { '/gone': 'public' })).toThrow('/gone, which is not there');
  });
});
