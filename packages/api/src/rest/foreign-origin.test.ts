import { describe, expect, it } from 'vitest';
import { proceduresOf } from '../middleware/init.ts';
import { appRouter } from '../testing/all-procedures.ts';
import { apiUnderTest } from '../testing/api-under-test.ts';

const mutations = [...proceduresOf(appRouter)].flatMap(([name, { _def: known }]) =>
  known.type === 'mutation' ? name : [],
);

/**
 * Media types that a form or a script of any page may send without a preflight, and the status of the refusal. tRPC
 * refuses two of the types by itself, but runs a mutation without input for the others.
 */
const FORMS = [
  ['multipart/form-data; boundary=x', 403],
  ['application/octet-stream', 403],
  ['application/json', 403],
  ['application/x-www-form-urlencoded', 400],
  ['text/plain', 400],
] as const;

const FOREIGN = [
  { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
  { 'Sec-Fetch-Site': 'same-site', Origin: 'http://other.localhost:3000' },
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
];

/** Creates an API whose `cookies` record each authentication, by its cookie. */
function recordingApi() {
  const cookies: (string | null)[] = [];
  const { api } = apiUnderTest({
    config: { mode: 'production' },
    auth: {
      callerOf: async (headers) => {
        cookies.push(headers.get('cookie'));
        return undefined;
      },
    },
  });
  return { api, cookies };
}

const post = (path: string, type: string, headers: Record<string, string>) =>
  new Request(`http://localhost:3000/api/trpc/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': type, Cookie: 'session=ada', ...headers },
    body: '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
  });

describe.each(mutations)('a forged form for %s', (path) => {
  it.each(FORMS)('of type %s is refused with %s before authentication', async (type, status) => {
    for (const headers of FOREIGN) {
      const { api, cookies } = recordingApi();
      const answer = await api.trpc(post(path, type, headers));
      expect({ headers, status: answer.status, cookies }).toEqual({ headers, status, cookies: [] });
    }
  });

  it.each(FORMS)('of type %s without browser headers is not authenticated by its cookie', async (type) => {
    const { api, cookies } = recordingApi();
    await api.trpc(post(path, type, {}));
    expect(cookies.filter((cookie) => cookie !== null)).toEqual([]);
  });
});

it('a form of our own page is authenticated by its cookie', async () => {
  const { api, cookies } = recordingApi();
  await api.trpc(
    post('v1.plantIdentification.identify', 'multipart/form-data; boundary=x', { 'Sec-Fetch-Site': 'same-origin' }),
  );
  expect(cookies).toEqual(['session=ada']);
});
