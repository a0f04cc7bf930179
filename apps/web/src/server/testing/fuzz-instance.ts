import { serve } from '@plantcommunity/api/testing';
import { ANNA, type DrawnRequest, type FuzzedServer, type FuzzReport, fuzz } from '@plantcommunity/api/testing/fuzz';
import { Browser } from '@plantcommunity/auth/testing/browser';
import type { Container } from '../container.ts';
import { pngOfShade } from './png.ts';
import { startInstance, startSimulator, stopInstance } from './wired-instance.ts';

/** The values in the examples of the document. */
const EXAMPLE = {
  email: 'anna@example.org',
  password: 'correct horse battery staple',
  refreshToken: 'example-of-a-refresh-token',
  identification: '01JD8Z4Q0M3T5R7V9X1B2C4D6F',
  apiKey: '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b4',
  expiry: '2027-11-27T09:30:00.000Z',
};

/** Limits that a run does not reach: the answer to a caller over them is tested elsewhere. */
const SETTINGS = {
  PLANT_ID_API_KEY: 'some-key',
  PLANTNET_API_KEY: 'some-key',
  PLANTNET_DAILY_QUOTA: '0',
  FREE_DAILY_CREDITS: '1000000',
  ADDRESS_DAILY_CREDITS: '1000000',
  ...Object.fromEntries(
    [
      'IDENTIFY_RATE_ANONYMOUS',
      'IDENTIFY_RATE_FREE',
      'SIGN_IN_RATE',
      'SIGN_IN_RATE_ADDRESS',
      'REGISTER_RATE',
      'REFRESH_RATE',
    ].map((name) => [name, '1000000/h']),
  ),
};

const YEAR_MS = 365 * 86_400_000;

/** What the examples of the document, and the credentials of Anna, are on an instance: by what the draw has. */
type Values = ReadonlyMap<string, string>;

/**
 * Fuzzes a fully wired instance, on a real database and Redis, with the simulator as both providers. What the document has
 * in its examples exists there, and is made anew after a request that has ended or deleted some of it.
 */
export async function fuzzInstance(redisUrl: string, run: { runs: number; seed?: number }): Promise<FuzzReport> {
  const simulator = await startSimulator();
  const instance = await startInstance(simulator, redisUrl, SETTINGS);
  const server = await serve(instance.requestGuard, (incoming) => instance.api.rest(incoming));
  try {
    return await fuzz({ port: server.port, ...standIns(instance) }, run);
  } finally {
    server.close();
    await stopInstance(instance);
    simulator.stop();
  }
}

function standIns(instance: Container): Pick<FuzzedServer, 'answered' | 'prepare'> {
  let values: Values | undefined;
  let accounts = 0;
  return {
    async prepare(drawn) {
      accounts += 1;
      values ??= await newValues(instance, `anna-${accounts}@example.org`);
      const isNew = drawn.operation.id === 'register';
      return withValues(drawn, isNew ? new Map([...values, [EXAMPLE.email, `new-${accounts}@example.org`]]) : values);
    },
    answered({ method, path, status }) {
      const endsSome = method === 'DELETE' || method === 'PUT' || path.includes('/auth/token/');
      if (endsSome && status < 300) values = undefined;
    },
  };
}

/** Makes an account with what the examples of the document name. */
async function newValues({ api, auth }: Container, email: string): Promise<Values> {
  const { password } = EXAMPLE;
  const { userId } = await auth.accounts.register({ email, password });
  const browser = new Browser(auth);
  await browser.signIn({ email, password });
  const tokens = await auth.tokens.issue({ email, password });
  if (tokens === undefined || tokens === 'disabled') throw new Error('The new account cannot sign in');
  const key = await auth.apiKeys.create(userId, { name: 'Greenhouse camera', scopes: ['read'] });
  const authorization = `Bearer ${tokens.accessToken}`;
  const form = new FormData();
  form.append('image', new Blob([pngOfShade(1)], { type: 'image/png' }), 'leaf.png');
  const url = 'http://localhost:3000/api/v1/plant-identification/identify';
  const identified = await api.rest(
    new Request(url, { method: 'POST', body: form, headers: { Authorization: authorization } }),
  );
  const identification: unknown = await identified.json();
  if (typeof identification !== 'object' || identification === null || !('id' in identification)) {
    throw new Error('The photo is not identified');
  }
  return new Map([
    [ANNA.authorization, authorization],
    [ANNA.cookie, browser.cookieHeader],
    [EXAMPLE.email, email],
    [EXAMPLE.refreshToken, tokens.refreshToken],
    [EXAMPLE.identification, String(identification.id)],
    [EXAMPLE.apiKey, key?.id ?? ''],
    [EXAMPLE.expiry, new Date(Date.now() + YEAR_MS).toISOString()],
  ]);
}

function withValues(drawn: DrawnRequest, values: Values): DrawnRequest {
  const replaced = (text: string) =>
    [...values].reduce((changed, [example, value]) => changed.replaceAll(example, value), text);
  return {
    ...drawn,
    target: replaced(drawn.target),
    headers: Object.fromEntries(Object.entries(drawn.headers).map(([name, value]) => [name, replaced(value)])),
    // Latin-1 keeps every byte, and the examples are ASCII.
    body: Buffer.from(replaced(drawn.body.toString('latin1')), 'latin1'),
  };
}
