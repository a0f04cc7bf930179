import { describe, expect, it } from 'vitest';
import { endpoints } from './endpoints.ts';
import { createMatcher } from './match.ts';

const matchPath = createMatcher(endpoints);
const operationsAt = (path: string) => matchPath(path)?.endpoints.map(({ operationId }) => operationId);

describe('a path', () => {
  it.each(['/api/v1/plant-identification/identify', '/api/v1/plant-identification/identify/'])(
    '%s leads to identify',
    (path) => {
      expect(operationsAt(path)).toEqual(['identifyPlant']);
      expect(matchPath(path)?.namespace).toBe('v1');
    },
  );

  it.each(endpoints.map(({ path }) => path))(
    '%s is in legacy without /v1, and there only under its own name',
    (path) => {
      const filled = path.replaceAll(/\{\w+\}/g, '1');
      expect(matchPath(`/api${filled}`)).toMatchObject({ namespace: 'legacy', v1Path: `/api/v1${filled}` });
      expect(matchPath(`/api/v2${filled}`)).toBeUndefined();
      expect(matchPath(filled)).toBeUndefined();
    },
  );

  it('gives its parameters by name', () => {
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
  ])('%s leads nowhere', (path) => {
    expect(operationsAt(path)).toBeUndefined();
  });
});
