import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSession, tokenOf } from '../fixtures/accounts.ts';
import { removeAlerts } from '../fixtures/database.ts';
import { expect } from '../fixtures/development.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { ADMIN, startProduction } from '../fixtures/production.ts';
import { OWN_PAGE } from '../fixtures/send-request.ts';
import { test } from '../fixtures/with-services.ts';

test('a provider without money is an alert that is posted, shown and acknowledged', async ({
  page,
  services,
  simulator,
}) => {
  const posts: string[] = [];
  const receiver = createServer((request, response) => {
    request.setEncoding('utf8');
    let body = '';
    request.on('data', (part: string) => (body += part));
    request.once('end', () => {
      posts.push(body);
      response.writeHead(204).end();
    });
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const app = await startProduction(
    { services, simulator },
    {
      ...services.emptyRedis(),
      ALERT_WEBHOOK_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`,
      ALERT_WEBHOOK_SECRET: 'for-browser-tests-only-0123456789',
      ALERT_WEBHOOK_ALLOW_PRIVATE: 'on',
    },
  );
  try {
    await removeAlerts(services.settings.DATABASE_URL);
    await simulator.fault({ provider: 'plant_id', outOfCredits: true });
    const headers = { Authorization: `Bearer ${await tokenOf(app, ADMIN)}` };
    const body = await formWith(plantPhoto(9_500));
    const url = `${app.url}/api/v1/plant-identification/identify`;
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);

    // Loosely: it is posted at once, not at the next minute.
    await expect.poll(() => posts.filter((post) => post.includes('provider_unpaid'))).toHaveLength(1);
    const post = JSON.parse(posts.find((each) => each.includes('provider_unpaid')) ?? '{}') as { id: string };
    expect(post).toMatchObject({
      subject: 'plant_id',
      state: 'firing',
      text: 'Plant.id requires payment.',
      runbook: `${app.url}/admin/runbook#providerunpaid`,
    });

    await startSession(page, app, ADMIN);
    const answer = await page.request.post(`${app.url}/api/trpc/v1.admin.alerts.acknowledge`, {
      headers: OWN_PAGE,
      data: { id: post.id },
    });
    expect(answer.status(), await answer.text()).toBe(200);
    await page.goto(`${app.url}/admin`);
    const alert = page.getByRole('region', { name: 'Alerts' }).getByRole('listitem').filter({ hasText: 'is unpaid' });
    await expect(alert.getByText('Acknowledged')).toBeVisible();
    await expect(alert.getByText(`by ${ADMIN.email}`)).toBeVisible();
    const audit = page.getByRole('region', { name: 'Audit' });
    await expect(audit.getByText('Acknowledged', { exact: false }).first()).toBeVisible();
  } finally {
    await simulator.clear();
    await app.stop();
    receiver.close();
  }
});
