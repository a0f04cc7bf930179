import { defineConfig } from '@playwright/test';

/** Real browsers against the built app; each file takes the app it needs from fixtures. */
export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  // Two cores: one browser and one app at a time keep times honest.
  workers: 1,
  forbidOnly: true,
  reporter: [['list']],
  use: { locale: 'en-GB', timezoneId: 'Europe/Berlin', viewport: { width: 390, height: 844 } },
});
