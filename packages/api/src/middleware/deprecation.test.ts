import { parseItem, parseList } from 'structured-headers';
import { describe, expect, it } from 'vitest';
import { legacy } from '../legacy/index.ts';
import { apiUnderTest, config } from '../testing/api-under-test.ts';
import { storedId } from '../testing/fake-service.ts';
import { deprecationHeaders } from './deprecation.ts';

const HOST = 'http://localhost:3000';
const asAnna = { headers: { Cookie: 'session=anna' } };

/** Parses a Link header (RFC 8288) into targets and their parameters. */
function linksOf(header: string | null): Record<string, string>[] {
  return (header ?? '').split(', ').map((link) => {
    const [target = '', ...params] = link.split('; ');
    const pairs = params.map((param) => param.replaceAll('"', '').split('='));
    return Object.fromEntries([['target', target.slice(1, -1)], ...pairs]) as Record<string, string>;
  });
}

/** Parses a structured list into names and parameters. */
function memberOf(header: string | null): unknown[] {
  return parseList(header ?? '').map(([name, params]): unknown => [name, Object.fromEntries<unknown>(params)]);
}

describe('the deprecation headers of legacy', () => {
  it('are a structured date, an HTTP date and the links of the wire contract', () => {
    const headers = deprecationHeaders(legacy.deprecated, config, '/api/v1/plant-identification/identify');
    expect(parseItem(headers['Deprecation'] ?? '')[0]).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(headers['Deprecation']).toBe('@1767225600');
    expect(headers['Sunset']).toBe('Thu, 01 Jul 2027 00:00:00 GMT');
    expect(headers['Link']).toBe(
      '</api/v1/plant-identification/identify>; rel="successor-version", ' +
        '</docs/migrate-to-v1>; rel="deprecation"; type="text/html", ' +
        '</docs/migrate-to-v1#sunset>; rel="sunset"; type="text/html"',
    );
  });

  it.each([
    ['/api/plant-identification/identify/health', '/api/v1/plant-identification/identify/health'],
    ['/api/plant-identification/identifications/', '/api/v1/plant-identification/identifications'],
    [
      `/api/plant-identification/identifications/${storedId}`,
      `/api/v1/plant-identification/identifications/${storedId}`,
    ],
  ])('are on %s and link to %s', async (path, successor) => {
    const { api } = apiUnderTest();
    const answer = await api.rest(new Request(HOST + path, asAnna));
    expect(answer.headers.get('deprecation')).toBe('@1767225600');
    expect(answer.headers.get('sunset')).toBe('Thu, 01 Jul 2027 00:00:00 GMT');
    expect(linksOf(answer.headers.get('link'))).toEqual([
      { target: successor, rel: 'successor-version' },
      { target: '/docs/migrate-to-v1', rel: 'deprecation', type: 'text/html' },
      { target: '/docs/migrate-to-v1#sunset', rel: 'sunset', type: 'text/html' },
    ]);
  });

  it('link over tRPC to the procedure of v1', async () => {
    const { api } = apiUnderTest();
    const answer = await api.trpc(new Request(`${HOST}/api/trpc/legacy.plantIdentification.health`));
    expect(answer.headers.get('deprecation')).toBe('@1767225600');
    expect(linksOf(answer.headers.get('link'))[0]?.['target']).toBe('/api/trpc/v1.plantIdentification.health');
  });

  describe.each([
    ['together', {}],
    ['as a stream', { 'trpc-accept': 'application/jsonl' }],
  ])('over tRPC on a batch that is answered %s', (_how, headers) => {
    const batch = async (...paths: string[]) => {
      const { api } = apiUnderTest();
      const url = `${HOST}/api/trpc/${paths.join(',')}?batch=1&input=${encodeURIComponent('{}')}`;
      const answer = await api.trpc(new Request(url, { headers: { ...asAnna.headers, ...headers } }));
      const successors = linksOf(answer.headers.get('link')).filter(({ rel }) => rel === 'successor-version');
      await answer.text();
      return {
        deprecation: answer.headers.get('deprecation'),
        sunset: answer.headers.get('sunset'),
        successors: successors.map(({ target }) => target),
      };
    };

    it('name the successor of each legacy call, once', async () => {
      const legacyCalls = ['legacy.plantIdentification.history', 'legacy.auth.me', 'legacy.auth.me'];
      expect(await batch('v1.plantIdentification.health', ...legacyCalls)).toEqual({
        deprecation: '@1767225600',
        sunset: 'Thu, 01 Jul 2027 00:00:00 GMT',
        successors: ['/api/trpc/v1.plantIdentification.history', '/api/trpc/v1.auth.me'],
      });
    });

    it('are absent without a legacy call', async () => {
      expect(await batch('v1.auth.me', 'v1.plantIdentification.health', 'legacy.nothing')).toEqual({
        deprecation: null,
        sunset: null,
        successors: [],
      });
    });
  });

  it.each([
    [
      'a batch that is refused as a whole',
      'legacy.plantIdentification.health,v1.plantIdentification.health?batch=1',
      {},
    ],
    ['a wrong method', 'legacy.plantIdentification.identify', {}],
    ['a body that cannot be read', 'legacy.auth.token', { method: 'POST', body: '{' }],
    ['an unknown host', 'legacy.plantIdentification.health', { headers: { Host: 'evil.example' } }],
  ])('are over tRPC on %s, too', async (_what, path, init) => {
    const { api } = apiUnderTest();
    const answer = await api.trpc(new Request(`${HOST}/api/trpc/${path}`, init));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers.get('deprecation')).toBe('@1767225600');
    expect(linksOf(answer.headers.get('link'))).toHaveLength(3);
  });

  it('are on errors too, and never on v1', async () => {
    const { api } = apiUnderTest();
    const refused = await api.rest(new Request(`${HOST}/api/plant-identification/identifications`));
    expect(refused.status).toBe(401);
    expect(refused.headers.get('deprecation')).toBe('@1767225600');
    const v1 = await api.rest(new Request(`${HOST}/api/v1/plant-identification/identify/health`));
    expect(v1.headers.has('deprecation')).toBe(false);
    expect(v1.headers.has('link')).toBe(false);
  });

  it('come with rate limits that parse as structured fields', async () => {
    const { api } = apiUnderTest();
    const answer = await api.rest(
      new Request(`${HOST}/api/plant-identification/identify`, {
        method: 'POST',
        headers: { 'Content-Type': 'text/plain' },
      }),
    );
    expect(memberOf(answer.headers.get('ratelimit-policy'))).toEqual([['identify-anonymous', { q: 10, w: 3600 }]]);
    expect(memberOf(answer.headers.get('ratelimit'))).toEqual([['identify-anonymous', { r: 9, t: 3600 }]]);
  });
});
