import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Container } from './container.ts';
import { pngOfShade } from './testing/png.ts';
import { type Simulator, startInstance, startSimulator, stopInstance } from './testing/wired-instance.ts';

const IDENTIFY = 'http://localhost:3000/api/v1/plant-identification/identify';
const redisUrl = process.env['TEST_REDIS_URL'];

interface Calls {
  plant_id: { identify: number };
  plantnet: { identify: number };
}

/** Starts a fully wired instance (10 anonymous calls an hour), and the simulator in a process of its own. */
describe.skipIf(redisUrl === undefined)('the rate limit of a caller', () => {
  let simulator: Simulator;
  let instance: Container | undefined;

  beforeEach(async () => {
    simulator = await startSimulator();
  });
  afterEach(async () => {
    if (instance !== undefined) await stopInstance(instance);
    instance = undefined;
    simulator.stop();
  });

  async function start(keys: Readonly<Record<string, string>>): Promise<Container> {
    instance = await startInstance(simulator, redisUrl ?? '', { IDENTIFY_RATE_ANONYMOUS: '10/h', ...keys });
    return instance;
  }

  const fault = async (body: object) =>
    void (await fetch(`${simulator.url}/_faults`, { method: 'POST', body: JSON.stringify(body) }));
  const calls = async () => (await (await fetch(`${simulator.url}/_calls`)).json()) as Calls;

  /** Sends identifications of different photos, one after the other. Returns the number of answers by status. */
  async function ask(
    count: number,
    fields: Readonly<Record<string, string>> = {},
    { from = 0, headers = {} }: { from?: number; headers?: Readonly<Record<string, string>> } = {},
  ) {
    const statuses: Record<number, number> = {};
    for (let index = from; index < from + count; index += 1) {
      const form = new FormData();
      form.append('image', new Blob([pngOfShade(index)], { type: 'image/png' }), 'leaf.png');
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      const sent = { method: 'POST', body: form, headers: { 'Sec-Fetch-Site': 'same-origin', ...headers } };
      const { status } = (await instance?.api.rest(new Request(IDENTIFY, sent))) ?? { status: 0 };
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    return statuses;
  }

  /** Registers an account of tier free and returns its Authorization header. */
  async function registered(name: string): Promise<Readonly<Record<string, string>>> {
    const credentials = { email: `${name}@example.org`, password: 'correct horse battery' };
    const post = async (path: string) => {
      const sent = {
        method: 'POST',
        body: JSON.stringify(credentials),
        headers: { 'Content-Type': 'application/json' },
      };
      const answer = await instance?.api.rest(new Request(`http://localhost:3000/api/v1/auth/${path}`, sent));
      return (await answer?.json()) as Readonly<Record<string, string>>;
    };
    await post('register');
    const { access_token: token } = await post('token');
    return { Authorization: `Bearer ${token}` };
  }

  // One call more is allowed if a new hour begins during the test.
  const MAX_CALLS = 11;

  it('counts requests that Pl@ntNet refuses: 70 for an unknown project cause 10 calls', async () => {
    await start({ PLANTNET_API_KEY: 'some-key' });
    const statuses = await ask(70, { project: 'k-central-europe' });
    expect(statuses[429]).toBeGreaterThanOrEqual(70 - MAX_CALLS);
    expect((await calls()).plantnet.identify).toBeLessThanOrEqual(MAX_CALLS);
  });

  it('counts requests that both providers refuse: 150 cause 10 calls to each', async () => {
    await start({ PLANT_ID_API_KEY: 'some-key', PLANTNET_API_KEY: 'some-key' });
    await fault({ provider: 'plant_id', status: 400 });
    await fault({ provider: 'plantnet', status: 400 });
    const statuses = await ask(150);
    expect(statuses[429]).toBeGreaterThanOrEqual(150 - MAX_CALLS);
    const { plant_id: plantId, plantnet: plantNet } = await calls();
    expect(Math.max(plantId.identify, plantNet.identify)).toBeLessThanOrEqual(MAX_CALLS);
  });

  it('includes the daily share of an address for all its accounts; cached answers cost nothing', async () => {
    await start({ PLANT_ID_API_KEY: 'some-key', FREE_DAILY_CREDITS: '12', ADDRESS_DAILY_CREDITS: '20' });
    const statuses = [];
    const accounts = [await registered('anna'), await registered('berta'), await registered('cara')];
    for (const [index, headers] of accounts.entries()) statuses.push(await ask(10, {}, { from: index * 10, headers }));
    expect(statuses).toEqual([{ 200: 6, 429: 4 }, { 200: 4, 429: 6 }, { 429: 10 }]);
    expect((await calls()).plant_id.identify).toBe(10);
    expect(await ask(6, {}, { headers: accounts[2] ?? {} })).toEqual({ 200: 6 });
    expect((await calls()).plant_id.identify).toBe(10);
  });
});
