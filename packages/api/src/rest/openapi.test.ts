import { ACCEPTED_MEDIA_TYPES } from '@plantcommunity/identification/photo-formats';
import { describe, expect, it } from 'vitest';
import { metaOf } from '../middleware/init.ts';
import { apiUnderTest, config } from '../testing/api-under-test.ts';
import { v1 } from '../v1/index.ts';
import { openApiDocument } from './openapi.ts';

interface OperationObject {
  operationId: string;
  security: object[];
  responses: Record<string, { $ref?: string; headers?: object; content?: object }>;
  parameters?: { in: string; name: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: object; encoding: object }> };
}

const document = openApiDocument(v1, '3.1.1', config);
const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation: operation as OperationObject })),
);

const operationOf = (id: string) => {
  const found = operations.find(({ operation }) => operation.operationId === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found.operation;
};

/** Returns every value under a key, anywhere in the document. */
function valuesOf(key: string, within: unknown): unknown[] {
  if (typeof within !== 'object' || within === null) return [];
  return Object.entries<unknown>({ ...within }).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(key, value),
  ]);
}

describe('the OpenAPI document', () => {
  it('has the statuses of the wire contract, and never 502 or 504', () => {
    const statuses = Object.fromEntries(
      operations.map(({ operation }) => [operation.operationId, Object.keys(operation.responses).toSorted()]),
    );
    expect(statuses).toEqual({
      identifyPlant: ['200', '400', '401', '403', '408', '409', '413', '415', '422', '429', '500', '503'],
      getIdentifyHealth: ['200', '400', '429', '500', '503'],
      listIdentifications: ['200', '400', '401', '403', '429', '500', '503'],
      getIdentification: ['200', '400', '401', '403', '404', '429', '500', '503'],
      giveFeedback: ['201', '400', '401', '403', '404', '408', '429', '500', '503'],
      getIdentificationPhoto: ['200', '400', '401', '403', '404', '429', '500', '503'],
      exportIdentificationsAsJson: ['200', '400', '401', '403', '429', '500', '503'],
      exportIdentificationsAsZip: ['200', '400', '401', '403', '429', '500', '503'],
      deleteIdentification: ['204', '400', '401', '403', '404', '408', '429', '500', '503'],
      deleteAllIdentifications: ['204', '400', '401', '403', '408', '429', '500', '503'],
      restoreIdentification: ['204', '400', '401', '403', '404', '408', '429', '500', '503'],
      restoreAllIdentifications: ['204', '400', '401', '403', '408', '429', '500', '503'],
      register: ['201', '400', '403', '408', '409', '429', '500', '503'],
      issueToken: ['200', '400', '401', '403', '408', '429', '500', '503'],
      refreshToken: ['200', '400', '401', '403', '408', '429', '500', '503'],
      revokeToken: ['204', '400', '403', '408', '429', '500', '503'],
      getMe: ['200', '400', '401', '403', '429', '500', '503'],
      createApiKey: ['201', '400', '401', '403', '408', '429', '500', '503'],
      listApiKeys: ['200', '400', '401', '403', '429', '500', '503'],
      getApiKey: ['200', '400', '401', '403', '404', '429', '500', '503'],
      revokeApiKey: ['204', '400', '401', '403', '404', '408', '429', '500', '503'],
      changePassword: ['204', '400', '401', '403', '408', '429', '500', '503'],
      signOutEverywhere: ['204', '400', '401', '403', '408', '429', '500', '503'],
      deleteAccount: ['204', '400', '401', '403', '408', '429', '500', '503'],
    });
  });

  it('has the security of each procedure’s policy and scope', () => {
    const declared = v1.endpoints.map(({ operationId: id, procedure }) => {
      const { policy, scope } = metaOf(procedure, id);
      const key = scope === undefined ? [] : [{ apiKey: [] }];
      return { id, security: policy === 'public' ? [] : [{ bearer: [] }, ...key, { session: [] }] };
    });
    const documented = operations.map(({ operation }) => ({ id: operation.operationId, security: operation.security }));
    const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id, 'en');
    expect(documented.toSorted(byId)).toEqual(declared.toSorted(byId));
    expect(operationOf('identifyPlant').security).toEqual([{ bearer: [] }, { apiKey: [] }, { session: [] }]);
    expect(operationOf('getMe').security).toEqual([{ bearer: [] }, { session: [] }]);
    expect(operationOf('getIdentifyHealth').security).toEqual([]);
    expect(document.components?.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
      apiKey: { type: 'http', scheme: 'bearer' },
    });
  });

  it.each(['3.1.1', '3.0.3'] as const)('in %s describes JSON bodies that take no other fields', (version) => {
    const made = openApiDocument(v1, version, config);
    expect(valuesOf('requestBody', made)).toContainEqual({
      required: true,
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/Registration' },
          example: { email: 'anna@example.org', password: 'correct horse battery staple', name: 'Anna' },
        },
      },
    });
    expect(made.components?.schemas).toMatchObject({
      Registration: {
        type: 'object',
        required: ['email', 'password'],
        additionalProperties: false,
        properties: {
          email: { type: 'string', format: 'email' },
          password: { type: 'string', minLength: 10, maxLength: 200 },
        },
      },
      Credentials: { additionalProperties: false, properties: { password: { maxLength: 200 } } },
      RefreshToken: { additionalProperties: false, required: ['refresh_token'] },
    });
    expect(made.components?.schemas?.['Credentials']).not.toHaveProperty('properties.password.minLength');
  });

  it('refers to the schemas of accounts and tokens', () => {
    const schemaOf = (id: string, status: string) => valuesOf('$ref', operationOf(id).responses[status]?.content)[0];
    expect(schemaOf('register', '201')).toBe('#/components/schemas/Account');
    expect(schemaOf('issueToken', '200')).toBe('#/components/schemas/TokenGrant');
    expect(schemaOf('refreshToken', '200')).toBe('#/components/schemas/TokenGrant');
    expect(schemaOf('getMe', '200')).toBe('#/components/schemas/Me');
    expect(operationOf('revokeToken').responses['204']).not.toHaveProperty('content');
  });

  it('describes images as files, and lists as repeated fields', () => {
    const body = operationOf('identifyPlant').requestBody?.content['multipart/form-data'];
    expect(body?.schema).toMatchObject({
      required: ['image'],
      properties: { image: { type: 'array', items: { type: 'string', format: 'binary' }, minItems: 1 } },
    });
    expect(body?.schema).toMatchObject({
      properties: {
        image: { maxItems: 5, description: expect.stringContaining('10 MB (10,485,760 bytes)') as string },
        organs: { type: 'array', maxItems: 5, description: expect.stringContaining('Repeat the field') as string },
      },
    });
    expect(body?.encoding).toEqual({
      image: { contentType: ACCEPTED_MEDIA_TYPES },
      organs: { style: 'form', explode: true },
    });
  });

  it('documents the rate limit headers where there is a limit', () => {
    const headers = Object.keys(operationOf('identifyPlant').responses['200']?.headers ?? {});
    expect(headers).toEqual([
      'X-Request-Id',
      'RateLimit-Policy',
      'RateLimit',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
      'Idempotent-Replayed',
    ]);
    expect(document.components?.responses?.['UploadError429']).toHaveProperty('headers.RateLimit.required', true);
    expect(document.components?.responses?.['Error429']).toHaveProperty('headers.Retry-After');
    expect(document.components?.responses?.['Error429']).not.toHaveProperty('headers.RateLimit');
  });

  it('has Idempotency-Key as an optional header of identify alone', () => {
    const inHeader = operations.flatMap(({ operation }) =>
      (operation.parameters ?? [])
        .filter((parameter) => parameter.in === 'header')
        .map(({ name, required = false }) => ({ operation: operation.operationId, name, required })),
    );
    expect(inHeader).toEqual([{ operation: 'identifyPlant', name: 'Idempotency-Key', required: false }]);
  });

  it('declares every path parameter as required', () => {
    for (const { operation, path } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual(inPath);
      expect(declared.every(({ required }) => required === true)).toBe(true);
    }
  });

  it.each(['3.1.1', '3.0.3'] as const)('in %s has a target for every reference', (version) => {
    const made = openApiDocument(v1, version, config);
    expect(made.openapi).toBe(version);
    for (const reference of new Set(valuesOf('$ref', made))) {
      const [, ...steps] = String(reference).split('/');
      const target = steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], made);
      expect({ reference, type: typeof target }).toEqual({ reference, type: 'object' });
    }
  });

  it('in 3.0 uses only features of 3.0', () => {
    const made = openApiDocument(v1, '3.0.3', config);
    expect(valuesOf('const', made)).toEqual([]);
    expect(valuesOf('type', made).filter(Array.isArray)).toEqual([]);
    expect(valuesOf('exclusiveMinimum', made).filter((value) => typeof value !== 'boolean')).toEqual([]);
  });

  it.each(['3.1.1', '3.0.3'] as const)(
    'in %s has no nullable types and no unions, which client generators handle badly',
    (version) => {
      const made = openApiDocument(v1, version, config);
      for (const name of ['anyOf', 'oneOf', 'nullable']) {
        expect({ name, values: valuesOf(name, made) }).toEqual({ name, values: [] });
      }
      expect(JSON.stringify(made)).not.toContain('"null"');
    },
  );

  it('has allOf in 3.0 alone, and only to describe one reference, which takes no members beside it there', () => {
    expect(valuesOf('allOf', document)).toEqual([]);
    for (const parts of valuesOf('allOf', openApiDocument(v1, '3.0.3', config))) {
      expect(parts).toEqual([{ $ref: expect.stringMatching(/^#\/components\/schemas\//) as string }]);
    }
  });

  it.each(['/api/v1/openapi.json', '/api/v1/openapi-3.0.json', '/api/v1/openapi.json/'])(
    'is served at %s',
    async (path) => {
      const { api } = apiUnderTest({ config: { mode: 'production' } });
      const answer = await api.rest(new Request(`http://localhost:3000${path}`));
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        openapi: path.includes('3.0') ? '3.0.3' : '3.1.1',
        info: { version: '0.1.0' },
      });
    },
  );

  it('is read-only, and does not exist in legacy', async () => {
    const { api } = apiUnderTest();
    const posted = await api.rest(new Request('http://localhost:3000/api/v1/openapi.json', { method: 'POST' }));
    expect(posted.status).toBe(405);
    expect(posted.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect((await api.rest(new Request('http://localhost:3000/api/openapi.json'))).status).toBe(404);
  });
});
