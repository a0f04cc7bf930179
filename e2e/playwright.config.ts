import { defineConfig } from '@playwright/test';

const spec = (name: string) => `${name}.spec.ts`;

/** Files whose tests share one app, by the fixture of that app. */
const SHARED_APPS = {
  production: [
    'accounts',
    'api-keys',
    'audit',
    'authentication',
    'deploy',
    'export',
    'kept-photo',
    'metrics',
    'mobile-app',
    'production',
    'users',
  ].map(spec),
  'two-instances': ['admin', 'live', 'tabs'].map(spec),
  development: ['api-examples', 'docs', 'files', 'identify', 'log'].map(spec),
};

/**
 * Real browsers against the built app. Projects start in their order, those that take longest first, so that the workers
 * end at about the same time.
 */
export default defineConfig({
  testDir: 'tests',
  globalSetup: ['./fixtures/chromium.ts', './fixtures/answers.ts'],
  outputDir: 'test-results',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  // An app and a browser leave much of two cores idle while one waits for the other; no test is about its own speed.
  workers: 2,
  projects: [
    // A second worker would start the same app again.
    ...Object.entries(SHARED_APPS).map(([name, testMatch]) => ({ name, testMatch, workers: 1 })),
    // Each of these files starts the apps it needs.
    { name: 'own-app', testIgnore: Object.values(SHARED_APPS).flat() },
  ],
  forbidOnly: true,
  reporter: [['list']],
  use: { locale: 'en-GB', timezoneId: 'Europe/Berlin', viewport: { width: 390, height: 844 } },
});
