import { createTRPCClient, httpLink } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { baseProcedure } from './middleware/procedure.ts';
import { NAMESPACES } from './namespaces.ts';
import { defineEndpoint, type Namespace } from './rest/endpoint.ts';
import { openApiDocument } from './rest/openapi.ts';
import { routesOf } from './rest/routes.ts';
import { apiUnderTest, config } from './testing/api-under-test.ts';
import { upload } from './testing/transports.ts';
import { v2 } from './testing/v2/index.ts';
import { createRouters } from './trpc/router.ts';

const ORIGIN = 'http://localhost:3000';

/** The versions of the API with the fixture `v2`: one folder, and one entry in the list. */
const WITH_V2 = [...NAMESPACES, v2] as const;
const routers = createRouters(WITH_V2);

const IDENTIFY = 'plant-identification/identify';

function identifyOverRest(basePath: string, body: FormData | string = upload()) {
  const { api } = apiUnderTest({ namespaces: WITH_V2 });
  return api.rest(new Request(`${ORIGIN}${basePath}/${IDENTIFY}`, { method: 'POST', body }));
}

/** A client with the types of all three namespaces. */
function trpcClient() {
  const { api } = apiUnderTest({ namespaces: WITH_V2 });
  return createTRPCClient<typeof routers.appRouter>({
    links: [
      httpLink({
        url: `${ORIGIN}/api/trpc`,
        fetch: (url, init) => api.trpc(new Request(String(url), init as RequestInit)),
      }),
    ],
  });
}

describe('a version that renames plant_name to name', () => {
  it('answers with the new name over REST', async () => {
    const body = await (await identifyOverRest('/api/v2')).json();
    expect(body).toMatchObject({ success: true, name: 'Swiss cheese plant', scientific_name: 'Monstera deliciosa' });
    expect(body).not.toHaveProperty('plant_name');
  });

  it('answers with the new name over tRPC, in values and types', async () => {
    const answer = await trpcClient().v2.plantIdentification.identify.mutate(upload());
    const name: string | undefined = answer.name;
    expect(name).toBe('Swiss cheese plant');
    expect(answer).not.toHaveProperty('plant_name');
  });

  it.each(['/api/v1', '/api'])('leaves %s unchanged over REST', async (basePath) => {
    const [before, after] = await Promise.all([
      apiUnderTest()
        .api.rest(new Request(`${ORIGIN}${basePath}/${IDENTIFY}`, { method: 'POST', body: upload() }))
        .then((response) => response.text()),
      identifyOverRest(basePath).then((response) => response.text()),
    ]);
    expect(after).toBe(before);
    expect(JSON.parse(after)).toMatchObject({ plant_name: 'Swiss cheese plant' });
  });

  it('leaves v1 and legacy unchanged over tRPC', async () => {
    const client = trpcClient();
    const [v1Answer, legacyAnswer] = await Promise.all([
      client.v1.plantIdentification.identify.mutate(upload()),
      client.legacy.plantIdentification.identify.mutate(upload()),
    ]);
    expect(v1Answer.plant_name).toBe('Swiss cheese plant');
    expect(legacyAnswer.plant_name).toBe('Swiss cheese plant');
  });

  it('has its own error bodies, also for unknown paths', async () => {
    const { api } = apiUnderTest({ namespaces: WITH_V2 });
    const bodyAt = async (path: string): Promise<unknown> => (await api.rest(new Request(ORIGIN + path))).json();
    const problem = { status: 404, code: 'not_found', detail: 'Not found.' };
    expect(await bodyAt('/api/v2/nothing')).toMatchObject({ ...problem, api: 'v2' });
    expect(await bodyAt('/api/v1/nothing')).not.toHaveProperty('api');
    expect(await bodyAt('/api/nothing')).toMatchObject(problem);
    const refused = await identifyOverRest('/api/v2', 'no form');
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await refused.json()).toMatchObject({ code: 'unsupported_media_type', api: 'v2' });
  });

  it('is not deprecated, while legacy is', async () => {
    expect((await identifyOverRest('/api/v2')).headers.has('deprecation')).toBe(false);
    expect((await identifyOverRest('/api')).headers.get('deprecation')).toBe('@1767225600');
  });

  it('has an OpenAPI document with the new name at its base path', async () => {
    const { api } = apiUnderTest({ namespaces: WITH_V2 });
    const documentOf = async (name: string) => {
      const response = await api.rest(new Request(`${ORIGIN}/api/${name}/openapi.json`));
      return (await response.json()) as {
        servers: unknown;
        paths: object;
        components: { schemas: Record<string, { properties: object }> };
      };
    };
    const [v1Document, v2Document] = await Promise.all([documentOf('v1'), documentOf('v2')]);
    expect(v2Document.servers).toEqual([{ url: `${ORIGIN}/api/v2` }]);
    expect(Object.keys(v2Document.paths)).toEqual(Object.keys(v1Document.paths));
    expect(v2Document.components.schemas['IdentificationV2']?.properties).toHaveProperty('name');
    expect(v2Document.components.schemas['IdentificationV2']?.properties).not.toHaveProperty('plant_name');
    expect(v1Document.components.schemas['Identification']?.properties).toHaveProperty('plant_name');
  });

  it('has the routes of v1 under its own paths', () => {
    const pathsUnder = (start: string) =>
      routesOf(WITH_V2, routers.appRouter)
        .filter(({ path }) => path.startsWith(start))
        .map(({ limit, method, path, policy }) => [method, path.slice(start.length), policy, limit]);
    expect(pathsUnder('/api/v2/')).toEqual(pathsUnder('/api/v1/'));
    expect(pathsUnder('/api/trpc/v2.')).toEqual(pathsUnder('/api/trpc/v1.'));
  });
});

describe('the OpenAPI document', () => {
  it('lists each endpoint under its method', () => {
    const remove = baseProcedure.meta({ policy: 'user' }).mutation(() => undefined);
    const methods = ['PUT', 'PATCH', 'DELETE'] as const;
    const namespace: Namespace = {
      ...v2,
      procedures: { remove },
      callerProcedures: { remove },
      endpoints: methods.map((method) =>
        defineEndpoint({
          operationId: `${method}Thing`,
          summary: 'A thing',
          description: 'Changes a thing.',
          tag: 'Accounts',
          method,
          path: '/things',
          procedure: remove,
          responses: { 204: { description: 'Done' } },
          input: () => undefined,
          respond: () => ({ status: 204 }),
        }),
      ),
    };
    const document = openApiDocument(namespace, '3.1.1', config);
    expect(Object.keys(document.paths?.['/things'] ?? {})).toEqual(['put', 'patch', 'delete']);
    expect(document.paths?.['/things']).toHaveProperty('delete.operationId', 'DELETEThing');
  });
});

it('an endpoint whose procedure is not in its namespace fails at the start', () => {
  const stray = baseProcedure.meta({ policy: 'public' }).query(() => undefined);
  const [endpoint] = v2.endpoints;
  if (endpoint === undefined) throw new Error('v2 has no endpoint');
  const broken: Namespace = { ...v2, endpoints: [{ ...endpoint, procedure: stray }] };
  expect(() => apiUnderTest({ namespaces: [broken] })).toThrow('The procedure of an endpoint is not in its namespace');
});
