import { describe, expect, it } from 'vitest';
import { breakingChanges } from './breaking-changes.ts';
import { type Json, type JsonObject, readDocument } from './document.ts';
import { isAsReleased } from './released-document.ts';

const account = {
  type: 'object',
  required: ['id', 'tier'],
  properties: {
    id: { type: 'string' },
    tier: { type: 'string', enum: ['free', 'pro'] },
    code: { type: 'string', enum: ['internal'] },
    links: { type: 'array', items: { type: 'object', properties: { url: { type: 'string' } } } },
  },
};
const released = {
  paths: {
    '/accounts/{id}': {
      post: {
        operationId: 'changeAccount',
        security: [{ bearer: [] }, { session: [] }],
        parameters: [
          { in: 'path', name: 'id', required: true, schema: { type: 'string' } },
          { in: 'query', name: 'limit', schema: { type: 'integer', maximum: 100 } },
        ],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['name'],
                properties: {
                  name: { type: 'string', maxLength: 80 },
                  role: { type: 'string', enum: ['user', 'admin'] },
                },
                additionalProperties: false,
              },
            },
          },
        },
        responses: {
          200: {
            headers: { 'X-Request-Id': { required: true, schema: { type: 'string' } } },
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Account' } } },
          },
          404: { content: { 'application/problem+json': { schema: { type: 'object' } } } },
        },
      },
    },
  },
  components: { schemas: { Account: account } },
};

const AT = 'POST /accounts/{id}';
const OPERATION = 'paths./accounts/{id}.post';
const BODY = `${OPERATION}.requestBody.content.application/json.schema`;
const SCHEMA = 'components.schemas.Account';

/** Returns a copy of a value with another member at a path; `undefined` removes it. */
function changed(value: Json | undefined, path: readonly string[], member: Json | undefined): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return member;
  const index = Array.isArray(value) ? Number(step) : undefined;
  if (index !== undefined) {
    return (value as readonly Json[]).map((item, at) => (at === index ? (changed(item, rest, member) ?? null) : item));
  }
  const object = value as JsonObject;
  return { ...object, [step]: changed(object[step], rest, member) };
}

/** A path with dots; names of members hold none, other than media types do. */
const after = (path: string, member: Json | undefined): JsonObject =>
  JSON.parse(JSON.stringify(changed(released, path.split('.'), member))) as JsonObject;

describe('a change breaks clients that', () => {
  it.each<[what: string, path: string, member: Json | undefined, change: string]>([
    ['removes a path', 'paths', {}, 'is gone'],
    ['removes a method', OPERATION, undefined, 'is gone'],
    ['renames an operation', `${OPERATION}.operationId`, 'edit', 'has the operationId edit instead of changeAccount'],
    ['drops a way to authenticate', `${OPERATION}.security`, [{ bearer: [] }], 'no longer accepts {"session":[]}'],
    [
      'removes a parameter',
      `${OPERATION}.parameters`,
      [released.paths['/accounts/{id}'].post.parameters[0] ?? {}],
      'has no query parameter limit any more',
    ],
    ['requires a parameter', `${OPERATION}.parameters.1.required`, true, 'requires the query parameter limit'],
    [
      'lowers a maximum',
      `${OPERATION}.parameters.1.schema.maximum`,
      50,
      'query parameter limit has a narrower maximum',
    ],
    ['adds a minimum', `${OPERATION}.parameters.1.schema.minimum`, 1, 'query parameter limit has a narrower minimum'],
    ['requires a member', `${BODY}.required`, ['name', 'role'], 'body/role is required'],
    ['requires a new member', `${BODY}.required`, ['name', 'email'], 'body/email is required'],
    ['refuses a member', `${BODY}.properties`, { name: { type: 'string', maxLength: 80 } }, 'body/role is refused'],
    ['drops a value', `${BODY}.properties.role.enum`, ['user'], 'body/role no longer takes "admin"'],
    ['limits values', `${BODY}.properties.name.enum`, ['Anna'], 'body/name no longer takes every value'],
    [
      'changes a type',
      `${BODY}.properties.name.type`,
      'integer',
      'body/name has the type "integer" instead of "string"',
    ],
    ['takes another media type', `${OPERATION}.requestBody.content`, {}, 'no longer takes application/json'],
    ['removes a response', `${OPERATION}.responses.404`, undefined, 'no longer answers 404'],
    ['removes a header', `${OPERATION}.responses.200.headers`, {}, '200: has no header X-Request-Id any more'],
    [
      'makes a header optional',
      `${OPERATION}.responses.200.headers.X-Request-Id.required`,
      false,
      '200: does not always have the header X-Request-Id',
    ],
    [
      'answers another media type',
      `${OPERATION}.responses.404.content`,
      {},
      '404: is no longer application/problem+json',
    ],
    ['removes a member of answers', `${SCHEMA}.properties.tier`, undefined, '200: body/tier is gone'],
    ['makes a member optional', `${SCHEMA}.required`, ['id'], '200: body/tier may be absent'],
    ['drops a value of answers', `${SCHEMA}.properties.tier.enum`, ['free'], '200: body/tier is never "pro" now'],
    ['drops an error code', `${SCHEMA}.properties.code.enum`, [], '200: body/code is never "internal" now'],
    ['adds a value', `${SCHEMA}.properties.tier.enum`, ['free', 'pro', 'gold'], '200: body/tier may be "gold"'],
    [
      'changes a nested member',
      `${SCHEMA}.properties.links.items.properties.url.type`,
      'integer',
      '200: body/links/*/url has the type "integer" instead of "string"',
    ],
  ])('%s', (_what, path, member, change) => {
    expect(breakingChanges(released, after(path, member))).toEqual([`${AT} ${change}`]);
  });

  it('demands credentials', () => {
    expect(breakingChanges(after(`${OPERATION}.security`, []), released)).toEqual([`${AT} needs credentials`]);
  });
});

describe('a change breaks no client that', () => {
  it.each<[what: string, path: string, member: Json]>([
    ['adds a path', 'paths./keys', { get: { operationId: 'listKeys', responses: {} } }],
    ['adds an optional parameter', `${OPERATION}.parameters.2`, { in: 'query', name: 'cursor' }],
    ['adds a way to authenticate', `${OPERATION}.security`, [{ bearer: [] }, { session: [] }, { key: [] }]],
    ['raises a maximum', `${OPERATION}.parameters.1.schema.maximum`, 200],
    ['takes an optional member', `${BODY}.properties.email`, { type: 'string' }],
    ['takes another value', `${BODY}.properties.role.enum`, ['user', 'admin', 'guest']],
    ['adds a response', `${OPERATION}.responses.409`, { description: 'Conflict' }],
    ['adds a header', `${OPERATION}.responses.200.headers.Location`, { schema: { type: 'string' } }],
    ['adds a member to answers', `${SCHEMA}.properties.name`, { type: 'string' }],
    ['adds an error code', `${SCHEMA}.properties.code.enum`, ['internal', 'busy']],
  ])('%s', (_what, path, member) => {
    expect(breakingChanges(released, after(path, member))).toEqual([]);
  });
});

describe('an upper bound that was in words only', () => {
  const said = (description: string) => after(`${OPERATION}.parameters.0.schema.description`, description);
  const bounded = (maxLength: number) => after(`${OPERATION}.parameters.0.schema.maxLength`, maxLength);

  it.each(['ULID of an identification; at most 100 characters', 'At least 1; at most 100; counted from 1'])(
    'corrects the document when its schema gets it: %s',
    (description) => {
      expect(breakingChanges(said(description), bounded(100))).toEqual([]);
      expect(breakingChanges(said(description), bounded(99))).toEqual([
        `${AT} path parameter id has a narrower maxLength`,
      ]);
    },
  );

  it.each(['An id', 'At most 100 characters without the white space around them', 'at most 1000 characters'])(
    'breaks clients when the words do not say it: %s',
    (description) => {
      expect(breakingChanges(said(description), bounded(100))).toEqual([
        `${AT} path parameter id has a narrower maxLength`,
      ]);
    },
  );
});

it('the committed document breaks no client of the released one', () => {
  expect(breakingChanges(readDocument('openapi.released.json'), readDocument('openapi.json'))).toEqual([]);
});

it('the released document is as `npm run api:release` has written it', () => {
  expect(isAsReleased(), 'openapi.released.json was changed by hand, or its checksum was').toBe(true);
});
