import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase, usesOneSession } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditTrail } from '../../audit/audit-trail.ts';
import { AlertStore } from '../alert-store.ts';
import { judge } from '../rules.ts';
import { factsOf, NOON } from '../testing/facts.ts';
import { startReceiver } from '../testing/receiver.ts';
import { createDeliverySender } from './delivery-sender.ts';
import { DeliveryStore } from './delivery-store.ts';

const SCRIPT = fileURLToPath(new URL('../testing/send-deliveries-process.ts', import.meta.url));
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const secret = 'a secret of thirty-two bytes or so';
const appUrl = new URL('https://plants.example');
const { signal } = new AbortController();

const bad = judge(factsOf({ plantId: { isAnswering: false, openedAt: NOON - 6 * MINUTE } }));
const well = judge(factsOf());

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(NOON);
  await database.client.alert.deleteMany();
});

/** Creates what posts alerts in one instance. */
function instance(url: URL, logged: string[] = []) {
  const { client } = database;
  const deliveries = new DeliveryStore(client, { clock, appUrl });
  const alerts = new AlertStore(client, { clock, audit: new AuditTrail(clock), deliveries });
  const logger = createLogger({ level: 'warn', destination: { write: (line) => void logged.push(line) } });
  const sender = createDeliverySender({ url, secret, allowPrivate: true }, { store: deliveries, clock, logger });
  return { alerts, deliveries, post: () => sender.sendDue(signal) };
}

/** Lets an alert fire, and be resolved three minutes later. */
async function fireAndResolve({ alerts }: ReturnType<typeof instance>): Promise<void> {
  for (const findings of [bad, well, well, well]) {
    await alerts.apply(findings);
    clock.advance(MINUTE);
  }
}

const stateOf = ({ body }: { body: string }) => (JSON.parse(body) as { state: string }).state;
const idsOf = (posts: readonly { headers: Record<string, unknown> }[]) =>
  posts.map(({ headers }) => headers['webhook-id']);

describe('the webhook', () => {
  it('gets a signed post when an alert fires and one when it is resolved', async () => {
    await using receiver = await startReceiver();
    const one = instance(receiver.url);
    await one.alerts.apply(bad);
    expect(await one.post()).toEqual({ accepted: 1 });
    for (const findings of [well, well, well]) {
      clock.advance(MINUTE);
      await one.alerts.apply(findings);
    }
    expect(await one.post()).toEqual({ accepted: 1 });
    expect(receiver.received.map(stateOf)).toEqual(['firing', 'resolved']);
    expect(new Set(idsOf(receiver.received)).size).toBe(2);
    const [first] = receiver.received;
    expect(first?.headers['webhook-timestamp']).toBe(String(NOON / 1_000));
    expect(first?.headers['webhook-signature']).toMatch(/^v1,[\w+/]{43}=$/);
    expect(await one.deliveries.overview()).toEqual({ lastStatus: 204, lastAt: NOON + 3 * MINUTE, waiting: 0 });
  });

  it('gets each post once from two instances that post at the same time', async () => {
    await using receiver = await startReceiver();
    const [one, other] = [instance(receiver.url), instance(receiver.url)];
    await one.alerts.apply(bad);
    const posted = await Promise.all([one.post(), other.post(), one.post()]);
    expect(receiver.received).toHaveLength(1);
    expect(posted.map(({ accepted }) => accepted).filter((accepted) => accepted > 0).length).toBeGreaterThan(0);
  });

  it.each([
    ['answers 500', 500, 'it answered 500'],
    ['redirects', 307, 'it answered 307'],
    ['refuses the post', 410, 'it answered 410'],
  ])('that %s gets the post again with the same id, after a growing pause', async (_name, status, lastError) => {
    await using receiver = await startReceiver();
    const one = instance(receiver.url);
    receiver.answer = (response) => response.writeHead(status, { Location: '/elsewhere' }).end();
    await one.alerts.apply(bad);
    expect(await one.post()).toEqual({ accepted: 0, failure: lastError });
    expect(await one.deliveries.overview()).toMatchObject({ lastStatus: status, lastError, waiting: 1 });
    // Minutes after the first try: 1, 3 and 7.
    for (let minute = 1; minute <= 7; minute += 1) {
      clock.advance(MINUTE);
      await one.post();
    }
    expect(receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']) - NOON / 1_000)).toEqual([
      0, 60, 180, 420,
    ]);
    expect(new Set(idsOf(receiver.received)).size).toBe(1);
    receiver.answer = (response) => response.writeHead(200).end();
    clock.advance(8 * MINUTE);
    expect(await one.post()).toEqual({ accepted: 1 });
    expect(await one.deliveries.overview()).toMatchObject({ lastStatus: 200, waiting: 0 });
    expect(await one.deliveries.overview()).not.toHaveProperty('lastError');
  });

  it('gets the end of an alert after its begin, however often the begin failed', async () => {
    await using receiver = await startReceiver();
    const one = instance(receiver.url);
    receiver.answer = (response) => response.writeHead(503).end();
    await fireAndResolve(one);
    await one.post();
    await one.post();
    receiver.answer = (response) => response.writeHead(204).end();
    clock.advance(MINUTE);
    await one.post();
    expect(receiver.received.map(stateOf)).toEqual(['firing', 'firing', 'resolved']);
  });

  it('gets a new post while a hundred older ones wait for their next try', async () => {
    await using receiver = await startReceiver();
    const one = instance(receiver.url);
    await one.alerts.apply(bad);
    const { alertId, body } = await database.client.alertDelivery.findFirstOrThrow();
    await database.client.alertDelivery.updateMany({ data: { nextTryAt: new Date(NOON + HOUR), tries: 7 } });
    const older = { alertId, body, state: 'firing', tries: 7 } as const;
    const times = { createdAt: new Date(NOON - HOUR), nextTryAt: new Date(NOON + HOUR) };
    await database.client.alertDelivery.createMany({
      data: Array.from({ length: 99 }, (_, n) => ({ id: `00${n}`, ...older, ...times })),
    });
    await one.alerts.apply([...bad, ...judge(factsOf({ plantnet: { unpaidSince: NOON } }))]);
    expect(await one.post()).toEqual({ accepted: 1 });
  });

  it('is given up after a day, with one line in the log', async () => {
    await using receiver = await startReceiver();
    const logged: string[] = [];
    const one = instance(receiver.url, logged);
    receiver.answer = (response) => response.writeHead(500).end();
    await one.alerts.apply(bad);
    for (let hour = 0; hour <= 30; hour += 1) {
      await one.post();
      clock.advance(HOUR);
    }
    expect(await one.deliveries.overview()).toMatchObject({ lastStatus: 500, waiting: 0 });
    expect(receiver.received).toHaveLength(24);
    expect(logged.filter((line) => line.includes('given up'))).toHaveLength(1);
  });

  it('keeps the result of the newest try when an earlier one, which counted as lost, ends later', async () => {
    const { alerts, deliveries } = instance(new URL('https://hook.example'));
    await alerts.apply(bad);
    const begin = async () => {
      const [delivery] = await deliveries.due();
      const claim = delivery && (await deliveries.claim(delivery));
      if (delivery === undefined || claim === undefined) throw new Error('The post is not due.');
      return { delivery, claim };
    };
    const slow = await begin();
    clock.advance(2 * MINUTE);
    const newest = await begin();
    expect(await deliveries.record(slow.delivery, slow.claim, { error: 'too late' })).toBe(true);
    await deliveries.record(newest.delivery, newest.claim, { status: 204 });
    await deliveries.record(slow.delivery, slow.claim, { error: 'too late' });
    expect(await deliveries.overview()).toEqual({ lastStatus: 204, lastAt: NOON + 2 * MINUTE, waiting: 0 });
  });

  it('that is down is tried once a round, however many posts wait', async () => {
    const down = new URL('http://127.0.0.1:9/hook');
    const one = instance(down);
    await one.alerts.apply(judge(factsOf({ plantId: { unpaidSince: NOON }, plantnet: { unpaidSince: NOON } })));
    expect(await one.post()).toMatchObject({ accepted: 0, failure: 'no connection: ECONNREFUSED' });
    const tried = await database.client.alertDelivery.findMany({ where: { tries: { gt: 0 } } });
    expect({ tried: tried.length, ...(await one.deliveries.overview()) }).toMatchObject({ tried: 1, waiting: 2 });
  });

  it('gets the post again under the same id when the process died before it could note that it was accepted', async ({
    skip,
  }) => {
    skip(await usesOneSession(database), 'a killed process would leave its transaction in the one session');
    await using receiver = await startReceiver();
    clock = new FakeClock(Date.now());
    const one = instance(receiver.url);
    await one.alerts.apply(bad);
    const child = spawn(process.execPath, [SCRIPT, receiver.url.href, secret], { stdio: 'inherit' });
    receiver.answer = () => void child.kill('SIGKILL');
    const [, killedBy] = (await once(child, 'exit')) as [number | null, string | null];
    expect({ killedBy, received: receiver.received.length }).toEqual({ killedBy: 'SIGKILL', received: 1 });

    receiver.answer = (response) => response.writeHead(204).end();
    // The try of the dead process counts as lost after a minute.
    expect(await one.post()).toEqual({ accepted: 0 });
    clock.advance(2 * MINUTE);
    expect(await one.post()).toEqual({ accepted: 1 });
    const [first, second] = receiver.received;
    expect(second).toMatchObject({ body: first?.body, headers: { 'webhook-id': first?.headers['webhook-id'] } });
  });
});

it('posts are not written without a webhook', async () => {
  const alerts = new AlertStore(database.client, { clock, audit: new AuditTrail(clock), deliveries: undefined });
  await alerts.apply(bad);
  expect(await database.client.alertDelivery.count()).toBe(0);
});
