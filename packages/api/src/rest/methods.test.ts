import { describe, expect, it } from 'vitest';
import { NAMESPACES } from '../namespaces.ts';
import { apiUnderTest } from '../testing/api-under-test.ts';
import { storedId } from '../testing/fake-service.ts';
import { ownedBy } from '../testing/owned-by.ts';

const HOST = 'http://localhost:3000';
const asAnna = { Authorization: 'Bearer anna' };
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Every path of REST with its methods, in all namespaces. */
const paths = NAMESPACES.flatMap(({ basePath, endpoints }) =>
  [...Map.groupBy(endpoints, ({ path }) => path)].map(([path, atPath]) => {
    const methods = atPath.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    return {
      path: basePath + path.replace('{id}', storedId).replace('{n}', '1'),
      methods,
      allow: [...methods, 'OPTIONS'].join(', '),
      isDeprecated: basePath === '/api',
    };
  }),
);

function send(path: string, method: string, headers: Record<string, string> = asAnna) {
  const { api } = apiUnderTest({ service: ownedBy('anna') });
  return api.rest(new Request(HOST + path, { method, headers }));
}

describe.each(paths)('$path', ({ allow, isDeprecated, methods, path }) => {
  it('answers OPTIONS with its methods, without credentials', async () => {
    const isCollection = paths.some((other) => other.path === `${path}/${storedId}`);
    for (const slash of ['', '/']) {
      // The path of an item whose id is empty deletes nothing.
      const expected = slash === '/' && isCollection ? allow.replace('DELETE, ', '') : allow;
      const answer = await send(path + slash, 'OPTIONS', {});
      expect({
        status: answer.status,
        allow: answer.headers.get('allow'),
        body: await answer.text(),
        type: answer.headers.get('content-type'),
        isDeprecated: answer.headers.has('deprecation'),
      }).toEqual({ status: 204, allow: expected, body: '', type: null, isDeprecated });
    }
  });

  it('answers 405 with the same methods to all others', async () => {
    for (const method of METHODS.filter((other) => !methods.includes(other))) {
      const answer = await send(path, method);
      expect({ method, status: answer.status, allow: answer.headers.get('allow') }).toEqual({
        method,
        status: 405,
        allow,
      });
      expect(answer.headers.get('content-type')).toBe(isDeprecated ? 'application/json' : 'application/problem+json');
    }
  });
});

describe.each(paths.filter(({ methods }) => methods.includes('GET')))('$path', ({ path }) => {
  it('answers HEAD as GET, without the body', async () => {
    for (const headers of [asAnna, { Authorization: 'Bearer nothing' }]) {
      const [got, head] = await Promise.all([send(path, 'GET', headers), send(path, 'HEAD', headers)]);
      const namesOf = (answer: Response) => [...answer.headers.keys()].toSorted();
      expect({ status: head.status, headers: namesOf(head), body: await head.text() }).toEqual({
        status: got.status,
        headers: namesOf(got),
        body: '',
      });
      expect(await got.text()).not.toBe('');
    }
  });
});

describe('the OpenAPI document', () => {
  it.each(['/api/v1/openapi.json', '/api/v1/openapi-3.0.json/'])(
    'at %s answers OPTIONS with its methods',
    async (path) => {
      const answer = await send(path, 'OPTIONS', {});
      expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({
        status: 204,
        allow: 'GET, HEAD, OPTIONS',
      });
    },
  );
});

it.each(['OPTIONS', 'HEAD', 'DELETE'])('%s of an unknown path is not found', async (method) => {
  for (const path of ['/api/v1/nothing', '/api/v9/plant-identification/identify', '/api/nothing']) {
    expect((await send(path, method)).status).toBe(404);
  }
});
