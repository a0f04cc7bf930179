import { REFERENCE_IMAGE_HOSTS } from '@plantcommunity/identification';
import { expect, it } from 'vitest';
import { pagePolicy } from './response-headers.ts';

it('pagePolicy allows pictures of the own origin and of the hosts of the providers only', () => {
  const policy = pagePolicy({ nonce: 'abc', https: true, imageHosts: REFERENCE_IMAGE_HOSTS });
  const directives = new Map(policy.split('; ').map((text) => [text.split(' ')[0], text.split(' ').slice(1)]));
  expect(directives.get('img-src')).toEqual([
    "'self'",
    'blob:',
    'data:',
    'https://plant-id.ams3.cdn.digitaloceanspaces.com',
    'https://plant.id',
    'https://bs.plantnet.org',
  ]);
});
