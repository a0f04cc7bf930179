import { describe, expect, it } from 'vitest';
import { proceduresOf } from '../middleware/init.ts';
import { appRouter } from '../testing/all-procedures.ts';
import { apiUnderTest } from '../testing/api-under-test.ts';

const mutations = [...proceduresOf(appRouter)].flatMap(([name, { _def: known }]) =>
  known.type === 'mutation' ? name : [],
);

/**
 * What a form or a script of any page may send without asking first, and how it is refused: tRPC knows two of the types
 * by itself, but runs a mutation without input for the others.
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

/** Tells whether a call got as far as asking who is calling, and by which cookie. */
function watched() {
  const cookies: (string | null)[] = [];
  const under = apiUnderTest({
    config: { mode: 'production' },
    auth: {
      principalOf: async (headers) => {
        cookies.push(headers.get('cookie'));
        return undefined;
      },
    },
  });
  return { api: under.api, cookies };
}

const post = (path: string, type: string, headers: Record<string, string>) =>
  new Request(`http://localhost:3000/api/trpc/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': type, Cookie: 'session=ada', ...headers },
    body: '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
  });

describe.each(mutations)('a forged form for %s', (path) => {
  it.each(FORMS)('of type %s comes to nothing: %s', async (type, status) => {
    for (const headers of FOREIGN) {
      const { api, cookies } = watched();
      const answer = await api.trpc(post(path, type, headers));
      expect([headers, answer.status, cookies]).toEqual([headers, status, []]);
    }
  });

  it.each(FORMS)('of type %s that no browser sent is nobody in particular', async (type) => {
    const { api, cookies } = watched();
    await api.trpc(post(path, type, {}));
    expect(cookies.filter((cookie) => cookie !== null)).toEqual([]);
  });
});

it('tells by the same means who sends a form of ours', async () => {
  const { api, cookies } = watched();
  await api.trpc(
    post('v1.plantIdentification.identify', 'multipart/form-data; boundary=x', { 'Sec-Fetch-Site': 'same-origin' }),
  );
  expect(cookies).toEqual(['session=ada']);
});
