import { type App, startApp } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { identify, takeScreenshots } from '../fixtures/identify-page.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { hasRecordings, startRecorded } from '../fixtures/recorded.ts';
import { test } from '../fixtures/with-services.ts';

test.skip(!hasRecordings, 'PLANT_CONTRACTS_DIR does not lead to recorded answers');

let recorded: Awaited<ReturnType<typeof startRecorded>>;
let app: App;
test.beforeAll(async ({ services }) => {
  recorded = await startRecorded();
  app = await startApp({ ...services.settings, ...services.emptyRedis(), ...recorded.settings });
});
test.afterAll(async () => {
  await app.stop();
  await recorded.stop();
});

const ANSWERS = [
  {
    plantId: 'identification-health-all.aloe-vera.v3.4.1.json',
    plantNet: 'identify-all-auto.furcraea.2024-11-19_7.3.json',
    first: /aloe/i,
    other: 'Furcraea',
  },
  {
    plantId: 'identification-health-all-question.cucumber.v5.1.1.json',
    plantNet: 'identify-all-related-images.zea-mays.2023-09-12_7.1.json',
    first: /cucum/i,
    other: 'Zea mays',
  },
];

for (const [index, { plantId, plantNet, first, other }] of ANSWERS.entries()) {
  test(`recorded answers of Plant.id and Pl@ntNet are merged and shown: ${plantId}`, async ({ page }) => {
    await recorded.answerWith({ plantId, plantNet });
    await identify(page, app.url, await plantPhoto(350 + index));
    await expect(page.getByText('Named by')).toBeVisible();
    await expect(page.locator('h1')).toHaveText(first);
    await expect(page.getByText(other).first()).toBeVisible();
    await expect(page.getByText('Demo')).toHaveCount(0);
    await takeScreenshots(page, `recorded-${plantId.split('.')[1]}`);
  });
}
