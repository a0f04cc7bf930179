import { globSync, readFileSync } from 'node:fs';
import { createTRPCClient, httpLink } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { parseObject } from '../contract/document.ts';
import { createAnswerCheck } from '../testing/answer-check.ts';
import { apiUnderTest, config } from '../testing/api-under-test.ts';
import { storedId } from '../testing/fake-service.ts';
import { ownedBy } from '../testing/owned-by.ts';
import { setNote } from '../testing/set-note.ts';
import { createRouters } from '../trpc/router.ts';
import { v1, v1Contents } from '../v1/index.ts';
import { presenter } from '../v1/presenter.ts';
import { createNamespace } from './create-namespace.ts';
import { openApiDocument } from './openapi.ts';
import { routesOf } from './routes.ts';

const ORIGIN = 'http://localhost:3000';
const PATH = '/plant-identification/identifications/{id}/note';

/** The endpoints of v1 and one more, which is the file `set-note.ts` and one line here. */
const contents = v1Contents(presenter);
const namespace = createNamespace(
  { name: 'next', basePath: '/api/next', presenter },
  {
    ...contents,
    endpoints: {
      ...contents.endpoints,
      plantIdentification: { ...contents.endpoints.plantIdentification, setNote: setNote() },
    },
  },
);
const namespaces = [namespace] as const;
const routers = createRouters(namespaces);
const document = openApiDocument(namespace, '3.1.1', config);
const faultsOf = createAnswerCheck(parseObject(JSON.stringify(document)), namespace.basePath);

const { api } = apiUnderTest({ namespaces, service: ownedBy('anna'), config: { mode: 'production' } });

/** Sends a request to the new path, and checks that the answer is as the document says. */
async function send(method: string, body?: object, { id = storedId, token = 'anna' } = {}) {
  const path = namespace.basePath + PATH.replace('{id}', id);
  const answer = await api.rest(
    new Request(ORIGIN + path, {
      method,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    }),
  );
  const bytes = new Uint8Array(await answer.clone().arrayBuffer());
  const { headers, status } = answer;
  expect(faultsOf({ method, path, status, headers, body: bytes })).toEqual([]);
  return answer;
}

describe('a new endpoint, which is one file and one line in the list,', () => {
  it('answers over REST as its document says', async () => {
    const answer = await send('PUT', { text: 'Behind the greenhouse' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ identification: storedId, text: 'Behind the greenhouse' });
  });

  it('has the errors of all endpoints over REST', async () => {
    const wrong = await send('PUT', { text: '' });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '#/text' }] });
    const statuses = await Promise.all([
      send('PUT', { text: 'a' }, { token: 'nothing' }),
      send('PUT', { text: 'a' }, { token: 'plk_read' }),
      send('PUT', { text: 'a' }, { token: 'berta' }),
      send('PUT', { text: 'a' }, { id: 'unknown' }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([401, 403, 404, 404]);
    const deleted = await send('DELETE');
    expect({ status: deleted.status, allow: deleted.headers.get('allow') }).toEqual({
      status: 405,
      allow: 'PUT, OPTIONS',
    });
  });

  it('answers over tRPC, in values and types', async () => {
    const client = createTRPCClient<typeof routers.appRouter>({
      links: [
        httpLink({
          url: `${ORIGIN}/api/trpc`,
          headers: { Authorization: 'Bearer anna' },
          fetch: (url, init) => api.trpc(new Request(String(url), init as RequestInit)),
        }),
      ],
    });
    const note = await client.next.plantIdentification.setNote.mutate({ id: storedId, text: 'Behind the greenhouse' });
    const text: string = note.text;
    expect(text).toBe('Behind the greenhouse');
    await expect(client.next.plantIdentification.setNote.mutate({ id: storedId, text: '' })).rejects.toMatchObject({
      data: { code: 'invalid_request', errors: [{ pointer: '#/text' }] },
    });
  });

  it('is in the OpenAPI document with its security, request, responses and examples', () => {
    expect(document.paths?.[PATH]?.put).toMatchObject({
      operationId: 'setNote',
      security: [{ bearer: [] }, { apiKey: [] }, { session: [] }],
      parameters: [{ in: 'path', name: 'id', required: true }],
      requestBody: {
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/NewNote' },
            example: { text: 'Behind the greenhouse' },
          },
        },
      },
      responses: {
        200: {
          headers: { 'X-Request-Id': {} },
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Note' }, example: {} } },
        },
      },
    });
    expect(Object.keys(document.paths?.[PATH]?.put?.responses ?? {}).toSorted()).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '408',
      '429',
      '500',
      '503',
    ]);
  });

  it('is in the list of routes with its policy, over both transports', () => {
    expect(routesOf(namespaces, routers.appRouter).filter(({ path }) => /note$/i.test(path))).toEqual([
      { method: 'PUT', path: namespace.basePath + PATH, policy: 'user' },
      { method: 'POST', path: '/api/trpc/next.plantIdentification.setNote', policy: 'user' },
    ]);
  });
});

describe('the list of endpoints of v1', () => {
  it('has each file that defines an endpoint, and each file defines one', () => {
    const folder = new URL('../v1/', import.meta.url).pathname;
    const definitions = globSync('**/*.ts', { cwd: folder }).flatMap((file) => {
      const count = readFileSync(folder + file, 'utf8').split('defineEndpoint({').length - 1;
      return count === 0 ? [] : [{ file, count }];
    });
    expect(definitions.filter(({ count }) => count > 1)).toEqual([]);
    expect(definitions.length).toBe(v1.endpoints.length);
  });
});
