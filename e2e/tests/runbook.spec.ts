import { expectAccessible } from '../fixtures/accessible.ts';
import { registerPerson, startSession } from '../fixtures/accounts.ts';
import { expect } from '../fixtures/development.ts';
import { takeScreenshots } from '../fixtures/identify-page.ts';
import { ADMIN, test } from '../fixtures/production.ts';

test('the runbook does not exist for others, and nothing of it is sent to them', async ({ app, page }) => {
  const person = await registerPerson(app, 'runbook-visitor');
  for (const who of ['visitor', 'user']) {
    if (who === 'user') await startSession(page, app, person);
    const response = await page.goto(`${app.url}/admin/runbook`);
    expect(response?.status()).toBe(404);
    expect(await response?.text()).not.toContain('CircuitStuckOpen');
    const data = await page.request.get(`${app.url}/admin/runbook`, { headers: { RSC: '1' } });
    expect(await data.text()).not.toContain('CircuitStuckOpen');
  }
});

test('the runbook opens at the section of an alert', async ({ app, page }) => {
  await startSession(page, app, ADMIN);
  await page.goto(`${app.url}/admin/runbook#circuitstuckopen`);
  await expect(page.getByRole('heading', { name: 'Operations', level: 1 })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'CircuitStuckOpen' })).toBeInViewport();
  await expect(page.getByRole('navigation', { name: 'Admin' }).getByRole('link', { name: 'Runbook' })).toHaveAttribute(
    'aria-current',
    'page',
  );
  await page.getByRole('link', { name: 'ServerErrors' }).click();
  await expect(page).toHaveURL(/#servererrors$/);
  await expect(page.getByRole('heading', { name: 'ServerErrors' })).toBeInViewport();
  await expectAccessible(page);
  await takeScreenshots(page, 'runbook');
});
