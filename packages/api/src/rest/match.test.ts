import { describe, expect, it } from 'vitest';
import { legacy } from '../legacy/index.ts';
import { NAMESPACES } from '../namespaces.ts';
import { createMatcher } from './match.ts';

const { match: matchPath, namespaceAt } = createMatcher(NAMESPACES);
const operationsAt = (path: string) => matchPath(path)?.endpoints.map(({ operationId }) => operationId);

describe('the path', () => {
  it.each(['/api/v1/plant-identification/identify', '/api/v1/plant-identification/identify/'])(
    '%s matches identify',
    (path) => {
      expect(operationsAt(path)).toEqual(['identifyPlant']);
      expect(matchPath(path)?.namespace.name).toBe('v1');
    },
  );

  it.each(legacy.endpoints.map(({ path }) => path))('%s of legacy is in v1 too, and under no other version', (path) => {
    const filled = path.replaceAll(/\{\w+\}/g, '1');
    expect(matchPath(`/api${filled}`)).toMatchObject({ namespace: { name: 'legacy' }, path: filled });
    expect(matchPath(`/api/v1${filled}`)).toMatchObject({ namespace: { name: 'v1' }, path: filled });
    expect(matchPath(`/api/v2${filled}`)).toBeUndefined();
    expect(matchPath(filled)).toBeUndefined();
  });

  it.each([
    ['/api/v1/anything', 'v1'],
    ['/api/anything', 'legacy'],
    ['/api/v1', 'legacy'],
    ['/anything', undefined],
  ])('%s is in the namespace %s, whose base path is the longest', (path, name) => {
    expect(namespaceAt(path)?.name).toBe(name);
  });

  it('of a collection has no DELETE with a slash at its end, as an item without its id would have', () => {
    const path = '/api/v1/plant-identification/identifications';
    expect(operationsAt(path)).toContain('deleteAllIdentifications');
    expect(operationsAt(`${path}/`)).toEqual(['listIdentifications']);
    expect(operationsAt(`${path}/01JD/`)).toEqual(operationsAt(`${path}/01JD`));
    expect(operationsAt('/api/v1/auth/sessions/')).toEqual(operationsAt('/api/v1/auth/sessions'));
  });

  it('with a fixed step is found before one with a parameter there', () => {
    const path = '/api/v1/plant-identification/identifications';
    expect(operationsAt(`${path}/export.zip`)).toEqual(['exportIdentificationsAsZip']);
    expect(operationsAt(`${path}/export.json/`)).toEqual(['exportIdentificationsAsJson']);
    expect(operationsAt(`${path}/export.xml`)).toContain('getIdentification');
  });

  it('has parameters by name', () => {
    const match = matchPath('/api/v1/plant-identification/identifications/01JD/photos/2/');
    expect(match?.params).toEqual({ id: '01JD', n: '2' });
  });

  it.each([
    '/api/v1/plant-identification',
    '/api/v1/plant-identification/identify//',
    '/api/v1/plant-identification//identify',
    '/api/v1/plant-identification/identifications//photos/1',
    '/api/v1/Plant-Identification/identify',
    '/api/v1',
    '/api',
    '/api/calendar/events',
    '/api/v1/plant-identification/identify/health/more',
  ])('%s matches no endpoint', (path) => {
    expect(operationsAt(path)).toBeUndefined();
  });
});
