import { defineConfig } from '@playwright/test';

/** Real browsers against the built app; each file takes the app it needs from fixtures. */
export default defineConfig({
  testDir: 'tests',
  globalSetup: './fixtures/chromium.ts',
  outputDir: 'test-results',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  // An app and a browser leave much of two cores idle while one waits for the other; no test is about its own speed.
  workers: 2,
  forbidOnly: true,
  reporter: [['list']],
  use: { locale: 'en-GB', timezoneId: 'Europe/Berlin', viewport: { width: 390, height: 844 } },
});
