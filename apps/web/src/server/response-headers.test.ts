import { REFERENCE_IMAGE_HOSTS } from '@plantcommunity/identification';
import { expect, it } from 'vitest';
import { pagePolicy } from './response-headers.ts';

function directivesOf(path: string): Map<string | undefined, string[]> {
  const policy = pagePolicy({ nonce: 'abc', https: true, imageHosts: REFERENCE_IMAGE_HOSTS, path });
  return new Map(policy.split('; ').map((text) => [text.split(' ')[0], text.split(' ').slice(1)]));
}

it('pagePolicy allows pictures of the own origin and of the hosts of the providers only', () => {
  expect(directivesOf('/').get('img-src')).toEqual([
    "'self'",
    'blob:',
    'data:',
    'https://plant-id.ams3.cdn.digitaloceanspaces.com',
    'https://plant.id',
    'https://bs.plantnet.org',
  ]);
});

it.each(['/docs/reference', '/docs/reference/'])(
  'pagePolicy allows styles in the page at %s, and nothing else',
  (path) => {
    const expected = directivesOf('/docs').set('style-src', ["'self'", "'unsafe-inline'"]);
    expect(directivesOf(path)).toEqual(expected);
  },
);

it.each(['/docs/references', '/identify/docs/reference'])(
  'pagePolicy allows only styles of our own files at %s',
  (path) => {
    expect(directivesOf(path).get('style-src')).toEqual(["'self'"]);
  },
);
