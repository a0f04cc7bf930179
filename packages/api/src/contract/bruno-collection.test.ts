import { parseEnvironment, parseRequest } from '@usebruno/filestore';
import { describe, expect, it } from 'vitest';
import { brunoCollection } from './bruno-collection.ts';
import { operationsOf, readDocument, textsAt } from './document.ts';

const document = readDocument('openapi.json');
const files = brunoCollection(document);
const fileOf = (path: string) => files.get(path) ?? '';

/** Returns a request as Bruno reads it. */
const requestAt = (path: string): unknown => parseRequest(fileOf(path), { format: 'yml' });

describe('the Bruno collection', () => {
  it('has a request for each operation, in the folder of its tag', () => {
    const requests = operationsOf(document).map(({ id, object }) => `${textsAt(object, 'tags').join('/')}/${id}.yml`);
    const found = [...files.keys()].filter((path) => path.includes('/') && !/^environments|\/folder\.yml$/.test(path));
    expect(found.toSorted()).toEqual(requests.toSorted());
  });

  it('has an environment with the address of the API and a secret token', () => {
    const environment: unknown = parseEnvironment(fileOf('environments/local.yml'), { format: 'yml' });
    expect(environment).toMatchObject({
      name: 'local',
      variables: [
        { name: 'baseUrl', value: 'http://localhost:3000/api/v1', secret: false },
        { name: 'token', value: '', secret: true },
      ],
    });
  });

  it('sends photos as files and organs as repeated fields, with the token of the environment', () => {
    expect(requestAt('Plant identification/identifyPlant.yml')).toMatchObject({
      request: {
        method: 'POST',
        url: '{{baseUrl}}/plant-identification/identify',
        auth: { mode: 'inherit' },
        headers: [{ name: 'Idempotency-Key', enabled: false }],
        body: {
          mode: 'multipartForm',
          multipartForm: expect.arrayContaining([
            expect.objectContaining({ name: 'image', type: 'file', value: [], enabled: true }),
            expect.objectContaining({ name: 'organs', type: 'text', value: 'leaf', enabled: false }),
            expect.objectContaining({ name: 'organs', type: 'text', value: 'flower', enabled: false }),
            expect.objectContaining({ name: 'latitude', enabled: false }),
          ]) as unknown,
        },
      },
    });
    expect(fileOf('opencollection.yml')).toContain('token: "{{token}}"');
  });

  it('fills paths with the example of each parameter', () => {
    expect(requestAt('Plant identification/getIdentificationPhoto.yml')).toMatchObject({
      request: {
        url: '{{baseUrl}}/plant-identification/identifications/:id/photos/:n',
        params: [
          { name: 'id', value: '01JD8Z4Q0M3T5R7V9X1B2C4D6F', type: 'path', enabled: true },
          { name: 'n', value: '1', type: 'path', enabled: true },
        ],
      },
    });
  });

  it('sends public operations without a token, and keeps the token that a sign-in gives', () => {
    const signIn = requestAt('Accounts/issueToken.yml');
    expect(signIn).toMatchObject({ request: { auth: { mode: 'none' }, body: { mode: 'json' } } });
    expect(signIn).toHaveProperty('request.script.res', "bru.setEnvVar('token', res.body.access_token);");
  });
});
